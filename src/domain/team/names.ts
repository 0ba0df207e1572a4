import type { RefusalCode } from '../refusal.ts';

/** The longest name of a person or a team, in characters as people count them. */
export const NAME_MAX = 80;
export const EMAIL_MAX = 254;
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 200;

const EMAIL = /^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u;

/** Half characters, which no database keeps, and controls of direction, which would turn round the text that follows. */
const UNKEPT = /[\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** What shows nothing by itself. Some of it joins letters and emoji, so it is kept beside something that shows. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\s]/gu;

/**
 * A name or title as it is kept: one line, no control characters, no runs of spaces, composed letters, whole characters;
 * empty when nothing of it would show. Everything else, markup included, is kept as typed and shown as text.
 */
export function oneLine(text: string): string {
	const line = text
		.replaceAll(UNKEPT, '')
		.normalize('NFC')
		.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
		.trim();
	return line.replaceAll(UNSEEN, '') === '' ? '' : line;
}

/** How long a text is for whoever wrote it: an emoji or an accented letter counts once or a few times, not by its bytes. */
export function lengthOf(text: string): number {
	let length = 0;
	for (const _ of text) length++;
	return length;
}

/** Why this cannot be a person's name, or null. */
export function refusePersonName(name: string): RefusalCode | null {
	if (oneLine(name) === '') return 'account.name-empty';
	return lengthOf(name) > NAME_MAX ? 'input.too-long' : null;
}

/** Why this cannot be a team's name, or null. */
export function refuseTeamName(name: string): RefusalCode | null {
	if (oneLine(name) === '') return 'team.name-empty';
	return lengthOf(name) > NAME_MAX ? 'input.too-long' : null;
}

/** Why this cannot be an address to sign in with, or null. Whether mail arrives there, only mail can tell. */
export function refuseEmail(email: string): RefusalCode | null {
	if (email.length > EMAIL_MAX) return 'input.too-long';
	return EMAIL.test(email.trim()) ? null : 'account.email-malformed';
}

/** Why this cannot be a password, or null: its length only, since rules about its letters make passwords worse. */
export function refusePassword(password: string): RefusalCode | null {
	const length = lengthOf(password);
	if (length < PASSWORD_MIN) return 'account.password-too-short';
	return length > PASSWORD_MAX ? 'account.password-too-long' : null;
}

/** Two spellings that differ by case only are one address. */
export function sameAddress(one: string, other: string): boolean {
	return one.trim().toLowerCase() === other.trim().toLowerCase();
}
