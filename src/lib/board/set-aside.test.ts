import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addElements } from '#domain/board/commands';
import { TITLE_MAX } from '#domain/board/title';
import { aftermath, titleOfVersion, wordsOf, wouldBeLost } from './set-aside.ts';
import type { Ended } from './sync/ending.ts';

const MEMBER = { guest: false, member: true };
const GUEST = { guest: true, member: false };
const ALL: readonly Ended[] = ['signed-out', 'role', 'unknown', 'too-large', 'full', 'too-old', 'malformed', 'refused'];

describe('what follows when a line has ended for good', () => {
	test.each(['role', 'refused', 'too-large', 'full'] as const)('%s: the board goes on at once, work or not', (why) => {
		for (const n of [0, 2])
			expect(aftermath({ why, n, kept: true }, MEMBER)).toEqual({ offer: null, forget: false, then: 'reopen' });
	});

	test('a board that is gone is left; its work may become a board of its own', () => {
		expect(aftermath({ why: 'unknown', n: 0, kept: true }, MEMBER)).toEqual({
			offer: null,
			forget: true,
			then: 'leave'
		});
		expect(aftermath({ why: 'unknown', n: 1, kept: true }, MEMBER)).toEqual({
			offer: 'board',
			forget: true,
			then: 'leave'
		});
	});

	test('who signs in again finds the unsent work where it was', () => {
		expect(aftermath({ why: 'signed-out', n: 3, kept: true }, MEMBER)).toEqual({
			offer: null,
			forget: false,
			then: 'sign-in'
		});
	});

	test.each(['signed-out', 'too-old', 'malformed'] as const)('%s: what no browser keeps is offered now', (why) => {
		expect(aftermath({ why, n: 3, kept: false }, MEMBER)).toMatchObject({ offer: 'words', forget: false });
	});

	test('a guest who is out comes back as someone else, and so takes the words now', () => {
		expect(aftermath({ why: 'signed-out', n: 3, kept: true }, GUEST)).toEqual({
			offer: 'words',
			forget: true,
			then: 'leave'
		});
		expect(aftermath({ why: 'signed-out', n: 0, kept: true }, GUEST)).toEqual({
			offer: null,
			forget: true,
			then: 'leave'
		});
	});

	test('an older page loads again, and its copy brings what is unsent', () => {
		expect(aftermath({ why: 'too-old', n: 4, kept: true }, MEMBER)).toEqual({
			offer: null,
			forget: false,
			then: 'reload'
		});
	});

	test.each(ALL)('%s: no unsent work goes unasked, and nobody is offered a board they may not make', (why) => {
		for (const who of [MEMBER, GUEST, { guest: false, member: false }]) {
			const { offer, forget } = aftermath({ why, n: 1, kept: true }, who);
			if (forget) expect(offer).not.toBeNull();
			if (!who.member) expect(offer).not.toBe('board');
		}
	});
});

describe('whether leaving would lose work', () => {
	const copy = new Uint8Array([0, 0]);
	const calm = { sync: { is: 'saved' }, aside: null, offer: null } as const;

	test('a board that is saved, or whose changes this browser keeps, is left without a word', () => {
		expect(wouldBeLost(calm)).toBe(false);
		expect(wouldBeLost({ ...calm, sync: { is: 'offline', n: 2, kept: true } })).toBe(false);
		expect(wouldBeLost({ ...calm, sync: { is: 'offline', n: 0, kept: false } })).toBe(false);
		expect(wouldBeLost({ ...calm, aside: { copy, n: 2, why: 'role', kept: true } })).toBe(false);
		expect(wouldBeLost({ ...calm, sync: { is: 'ended', why: 'signed-out', n: 2, kept: true } })).toBe(false);
	});

	test('changes that are on this page alone are lost, and so is what was offered and not answered', () => {
		expect(wouldBeLost({ ...calm, sync: { is: 'offline', n: 2, kept: false } })).toBe(true);
		expect(wouldBeLost({ ...calm, sync: { is: 'saving', n: 1, kept: false, disk: true } })).toBe(true);
		expect(wouldBeLost({ ...calm, aside: { copy, n: 2, why: 'role', kept: false } })).toBe(true);
		expect(wouldBeLost({ ...calm, sync: { is: 'ended', why: 'unknown', n: 2, kept: true }, offer: 'board' })).toBe(
			true
		);
	});
});

test('the words of a board are those of everything on it, empty things left out', () => {
	const doc = new Y.Doc();
	const note = (text: string) => ({ t: 'note', at: [0, 0], size: [200, 200], colour: 'butter', text }) as const;
	addElements(doc, [note('first'), note(''), note('two\nlines')], { by: 'ada', now: 1 });
	expect(wordsOf(doc)).toBe('first\ntwo\nlines');
});

test('a version is named after its board and who made it, and stays within what a title may be', () => {
	expect(titleOfVersion('Garden', 'Bo')).toBe('Garden (version of Bo)');
	const long = titleOfVersion('x'.repeat(TITLE_MAX), 'Bo');
	expect(long).toHaveLength(TITLE_MAX);
	expect(long).toMatch(/x \(version of Bo\)$/);
});
