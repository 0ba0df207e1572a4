import { refusalMessageKey, type RefusalCode } from '../domain/refusal.ts';
import type { Language } from '../domain/team/language.ts';
import { m } from './paraglide/messages.js';

type Words = (inputs: Record<string, never>, options: { readonly locale?: Language | undefined }) => string;

/** A refusal in a language; without one, in that of the page which is being made. For the server: it holds all words at once. */
export function refusalWords(code: RefusalCode, locale?: Language): string {
	const words = (m as unknown as Readonly<Record<string, Words>>)[refusalMessageKey(code)];
	if (!words) throw new Error(`no words for the refusal ${code}`);
	return words({}, { locale });
}
