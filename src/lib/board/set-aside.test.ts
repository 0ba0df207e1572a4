import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addElements } from '#domain/board/commands';
import { TITLE_MAX } from '#domain/board/title';
import { aftermath, titleOfVersion, wordsOf } from './set-aside.ts';
import type { Ended } from './sync/connection.ts';

const MEMBER = { guest: false, member: true };
const GUEST = { guest: true, member: false };
const ALL: readonly Ended[] = ['signed-out', 'role', 'unknown', 'too-large', 'too-old', 'malformed', 'refused'];

describe('what follows when a line has ended for good', () => {
	test('a lowered role goes on here at once, unless work waits: then that is offered first', () => {
		expect(aftermath({ why: 'role', n: 0 }, MEMBER)).toEqual({ offer: null, forget: true, then: 'reopen' });
		expect(aftermath({ why: 'role', n: 2 }, MEMBER)).toEqual({ offer: 'board', forget: true, then: 'reopen' });
	});

	test('a board that is gone is left; its work may become a board of its own', () => {
		expect(aftermath({ why: 'unknown', n: 0 }, MEMBER)).toEqual({ offer: null, forget: true, then: 'leave' });
		expect(aftermath({ why: 'unknown', n: 1 }, MEMBER)).toEqual({ offer: 'board', forget: true, then: 'leave' });
	});

	test.each(['refused', 'too-large'] as const)('%s is offered even when nobody counted what was not taken', (why) => {
		expect(aftermath({ why, n: 0 }, MEMBER)).toEqual({ offer: 'board', forget: true, then: 'reopen' });
	});

	test('who signs in again finds the unsent work where it was', () => {
		expect(aftermath({ why: 'signed-out', n: 3 }, MEMBER)).toEqual({ offer: null, forget: false, then: 'sign-in' });
	});

	test('a guest who is out comes back as someone else, and so takes the words now', () => {
		expect(aftermath({ why: 'signed-out', n: 3 }, GUEST)).toEqual({ offer: 'words', forget: true, then: 'leave' });
		expect(aftermath({ why: 'signed-out', n: 0 }, GUEST)).toEqual({ offer: null, forget: true, then: 'leave' });
	});

	test('an older page loads again, and its copy brings what is unsent', () => {
		expect(aftermath({ why: 'too-old', n: 4 }, MEMBER)).toEqual({ offer: null, forget: false, then: 'reload' });
	});

	test.each(ALL)('%s: no unsent work goes unasked, and nobody is offered a board they may not make', (why) => {
		for (const who of [MEMBER, GUEST, { guest: false, member: false }]) {
			const { offer, forget } = aftermath({ why, n: 1 }, who);
			if (forget) expect(offer).not.toBeNull();
			if (!who.member) expect(offer).not.toBe('board');
		}
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
