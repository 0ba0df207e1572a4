import { expect, test } from 'vitest';
import { lengthOf, oneLine, refuseEmail, refusePassword, refusePersonName, sameAddress } from './names.ts';

test('a name is one line without control characters and keeps markup, emoji and accents', () => {
	expect(oneLine('  Zoë\u0000\n\u2028<b>  👩‍👩‍👧 ')).toBe('Zoë <b> 👩‍👩‍👧');
	expect(oneLine('e\u0301')).toBe('é');
});

test('half characters and controls of direction are not kept; what joins letters and emoji is', () => {
	expect(oneLine('a\ud800b\udc00 \ud83d')).toBe('ab');
	expect(oneLine('\u202egnp.exe\u202c \u2066x\u2069')).toBe('gnp.exe x');
	for (const joined of ['❤\ufe0f', 'می\u200cخواهم', 'א\u200f!']) expect(oneLine(joined)).toBe(joined);
});

test('a name of which nothing shows is empty', () => {
	for (const unseen of ['\u200b\u200d', '\u202e', '\ufeff\u00ad', '\u3164', '\u2800', '\ud800', '\u{e0020}']) {
		expect(refusePersonName(unseen), JSON.stringify(unseen)).toBe('account.name-empty');
	}
});

test('lengths count characters, not the halves of an emoji', () => {
	expect(lengthOf('👍'.repeat(80))).toBe(80);
	expect(refusePersonName('👍'.repeat(80))).toBeNull();
	expect(refusePersonName('👍'.repeat(81))).toBe('input.too-long');
	expect(refusePersonName('\u0000\t ')).toBe('account.name-empty');
});

test('an address needs one @ with something on both sides and nothing that breaks a mail header', () => {
	for (const good of ['a@b', 'Zoë@example.org', ' a.b+c@example.org ']) expect(refuseEmail(good)).toBeNull();
	for (const bad of ['a', '@b', 'a@', 'a@b@c', 'a b@c', 'a@b\r\nBcc: x', 'a@b\u0000', 'a\ud800@b']) {
		expect(refuseEmail(bad)).toBe('account.email-malformed');
	}
	expect(sameAddress(' Ada@Example.org', 'ada@example.ORG')).toBe(true);
});

test('a password is refused for its length only', () => {
	expect(refusePassword('1234567')).toBe('account.password-too-short');
	expect(refusePassword('12345678')).toBeNull();
	expect(refusePassword('x'.repeat(201))).toBe('account.password-too-long');
});
