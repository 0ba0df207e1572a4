/** Keeps short secrets readable for us and for nobody who only has the database. */
export interface Sealer {
	/** Seals a text; `context` names the row it belongs to, so that it opens nowhere else. */
	seal(text: string, context: string): string;
	/** The text, or null when it was sealed under another key or for another context. */
	open(sealed: string, context: string): string | null;
}
