export type Theme = 'light' | 'dark' | 'system';

/** The theme a text names; anything else follows the system. */
export function themeOf(text: string | null | undefined): Theme {
	return text === 'light' || text === 'dark' ? text : 'system';
}
