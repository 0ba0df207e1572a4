import { expect, test } from 'vitest';
import { thinned } from './thinning.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const NOW = 20_000 * DAY;

/** A moment every ten minutes, the newest `ageMs` old; numbered from 1, oldest first. */
function everyTenMinutes(n: number, ageMs: number) {
	return Array.from({ length: n }, (_, i) => ({ seq: i + 1, at: NOW - ageMs - (n - 1 - i) * (HOUR / 6) }));
}

test('for a week every moment stays', () => {
	expect(thinned(everyTenMinutes(500, 0), NOW).size).toBe(500);
});

test('then the last of each hour, of each day, of each week', () => {
	for (const [age, of] of [
		[8 * DAY, HOUR],
		[40 * DAY, DAY],
		[500 * DAY, 7 * DAY]
	] as const) {
		const moments = everyTenMinutes(3_000, age);
		const numbers = thinned(moments, NOW);
		const kept = moments.filter(({ seq }) => numbers.has(seq));
		const stretches = new Set(moments.map(({ at }) => Math.floor(at / of)));
		expect(kept.map(({ at }) => Math.floor(at / of))).toEqual([...stretches]);
		for (const { seq, at } of kept) {
			const later = moments[seq];
			if (later) expect(Math.floor(later.at / of)).toBeGreaterThan(Math.floor(at / of));
		}
	}
});

test('the newest stays however old it is, and thinning what was thinned takes nothing', () => {
	const moments = everyTenMinutes(2_000, 25 * DAY);
	const kept = thinned(moments, NOW);
	expect(kept.has(2_000)).toBe(true);
	const left = moments.filter(({ seq }) => kept.has(seq));
	expect(thinned(left, NOW)).toEqual(kept);
	expect(thinned([], NOW).size).toBe(0);
});
