import { expect, test } from 'vitest';
import { LIVE } from '#domain/wire/live';
import { Gestures } from './gestures.ts';

test('a client is silent from its last step on, while something of it is under way', () => {
	const gestures = new Gestures(2);
	gestures.step(1, 7, LIVE.begin, 100);
	gestures.step(1, 8, LIVE.begin, 100);
	gestures.step(2, 7, LIVE.begin, 100);
	gestures.step(3, 7, LIVE.begin, 100);
	gestures.step(1, 7, LIVE.end, 200);
	gestures.step(2, 7, LIVE.delta, 200);
	gestures.step(3, 7, LIVE.end, 150);
	expect(gestures.silentSince(150)).toEqual([]);
	expect(gestures.silentSince(201)).toEqual([1, 2]);
	expect(gestures.leave(1)).toHaveLength(1);
	expect(gestures.silentSince(201)).toEqual([2]);
});
