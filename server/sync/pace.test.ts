import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

/** Says so many messages at this moment; answers the last verdict. */
function say(pace: Pace, count: number, nowMs: number) {
	let last = pace.step(nowMs);
	for (let i = 1; i < count; i++) last = pace.step(nowMs);
	return last;
}

test('up to the rate nothing waits; above it the rest of the second does', () => {
	const pace = new Pace(10, 2);
	expect(say(pace, 10, 5_200)).toBe('go');
	expect(say(pace, 1, 5_200)).toEqual({ waitMs: 800 });
	expect(say(pace, 10, 6_000)).toBe('go');
});

test('only seconds in a row above the rate end it', () => {
	const pace = new Pace(10, 2);
	for (const second of [1, 2]) expect(say(pace, 11, second * 1_000)).not.toBe('end');
	expect(say(pace, 10, 3_000)).toBe('go');
	for (const second of [4, 5]) expect(say(pace, 11, second * 1_000)).not.toBe('end');
	expect(say(pace, 11, 6_000)).toBe('end');
});

test('a pause between two bursts makes them no row', () => {
	const pace = new Pace(10, 1);
	expect(say(pace, 11, 1_000)).not.toBe('end');
	expect(say(pace, 11, 3_000)).not.toBe('end');
	expect(say(pace, 11, 4_000)).toBe('end');
});
