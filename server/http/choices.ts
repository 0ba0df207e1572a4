import { LANGUAGE_COOKIE, type Language } from '#domain/team/language';
import { themeOf, type Theme } from '#domain/team/theme';
import type { Config } from '../config.ts';
import { choiceCookieOptions } from './cookies.ts';

/** Kit's cookies, as far as they are used here. */
type Jar = Readonly<{
	get(name: string): string | undefined;
	set(name: string, value: string, options: Options): void;
	delete(name: string, options: Options): void;
}>;
type Options = ReturnType<typeof choiceCookieOptions> & Readonly<{ httpOnly: boolean }>;

const THEME_COOKIE = 'nabij_theme';

/** What somebody chose for one browser, kept there: the language and the theme. */
export function createChoices(config: Pick<Config, 'origin' | 'share'>) {
	const options = choiceCookieOptions(config);
	return {
		theme: (cookies: Pick<Jar, 'get'>): Theme => themeOf(cookies.get(THEME_COOKIE)),
		/** Keeps the theme, so that the next page has it from its first byte. */
		keepTheme(cookies: Jar, theme: Theme): void {
			if (theme === 'system') cookies.delete(THEME_COOKIE, { ...options, httpOnly: true });
			else cookies.set(THEME_COOKIE, theme, { ...options, httpOnly: true });
		},
		/** Keeps the language. Scripts of pages read it there; without it server and browser could differ. */
		keepLanguage(cookies: Jar, language: Language): void {
			if (cookies.get(LANGUAGE_COOKIE) !== language) {
				cookies.set(LANGUAGE_COOKIE, language, { ...options, httpOnly: false });
			}
		}
	};
}
