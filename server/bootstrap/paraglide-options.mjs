/** How the words of both languages are compiled: by Vite for the page, ahead of it for code that runs unbuilt. */
import { LANGUAGE_COOKIE } from '../../src/domain/team/language.ts';

/** @type {import('@inlang/paraglide-js').CompilerOptions} */
export const PARAGLIDE_OPTIONS = {
	project: './src/i18n/project.inlang',
	outdir: './src/i18n/paraglide',
	emitTsDeclarations: true,
	strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
	cookieName: LANGUAGE_COOKIE
};
