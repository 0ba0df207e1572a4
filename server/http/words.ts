import { m } from '#i18n/messages';
import { refusalMessageKey, type RefusalCode } from '#domain/refusal';
import type { Language } from '#domain/team/language';

type Words = (inputs: Record<string, never>, options: { readonly locale: Language }) => string;

/** A refusal in the reader's language. */
export function refusalWords(code: RefusalCode, locale: Language): string {
	const words = (m as unknown as Readonly<Record<string, Words>>)[refusalMessageKey(code)];
	if (!words) throw new Error(`no words for the refusal ${code}`);
	return words({}, { locale });
}
