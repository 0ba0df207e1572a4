/** Compiles the message files as vite.config.ts does, for code that runs unbuilt. */
import { compile } from '@inlang/paraglide-js';
import { LANGUAGE_COOKIE } from '../../src/domain/team/language.ts';

await compile({
	project: './src/i18n/project.inlang',
	outdir: './src/i18n/paraglide',
	emitTsDeclarations: true,
	strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
	cookieName: LANGUAGE_COOKIE
});
