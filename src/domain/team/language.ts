export const LANGUAGES = ['en', 'nl'] as const;
/** The cookie in which a browser keeps the language chosen on it; pages read it too. */
export const LANGUAGE_COOKIE = 'nabij_language';
export type Language = (typeof LANGUAGES)[number];

/** The language this text names, or null. */
export function languageOf(text: string | null | undefined): Language | null {
	return LANGUAGES.find((one) => one === text) ?? null;
}
