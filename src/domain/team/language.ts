export const LANGUAGES = ['en', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language this text names, or null. */
export function languageOf(text: string | null | undefined): Language | null {
	return LANGUAGES.find((one) => one === text) ?? null;
}
