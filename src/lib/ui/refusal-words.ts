import { m } from '#i18n/messages';
import { refusalMessageKey, type RefusalCode } from '#domain/refusal';

/** A refusal in the language of the page. Called where pages are made on the server: it holds all words at once. */
export function refusalWords(code: RefusalCode): string {
	const words = (m as unknown as Readonly<Record<string, (() => string) | undefined>>)[refusalMessageKey(code)];
	if (!words) throw new Error(`no words for the refusal ${code}`);
	return words();
}
