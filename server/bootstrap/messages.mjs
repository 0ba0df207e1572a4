/** Compiles the message files as vite.config.ts does, for code that runs unbuilt. */
import { compile } from '@inlang/paraglide-js';

await compile({
	project: './src/i18n/project.inlang',
	outdir: './src/i18n/paraglide',
	emitTsDeclarations: true,
	strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
	cookieName: 'nabij_language'
});
