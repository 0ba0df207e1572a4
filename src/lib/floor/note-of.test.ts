import { expect, test } from 'vitest';
import { noteOf } from './note-of.ts';

test('a board has the same note every time, and a floor of boards has all colours and tilts', () => {
	const ids = Array.from({ length: 200 }, (_, n) => `board-${n}`);
	expect(ids.map(noteOf)).toEqual(ids.map(noteOf));
	expect(new Set(ids.map((id) => noteOf(id).colour)).size).toBe(5);
	expect(new Set(ids.map((id) => noteOf(id).tiltDegrees)).size).toBe(5);
});
