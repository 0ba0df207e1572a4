import { expect, test } from 'vitest';
import { nextEpoch } from './epoch.ts';

test('epochs count on, and no two that begin at different times share a number', () => {
	const at = Date.UTC(2026, 10, 25);
	const first = nextEpoch(1, at);
	expect(first).toBe(328 * 24 * 60 * 60);
	// After a backup of epoch 1 was read back.
	expect(nextEpoch(1, at + 60_000)).toBe(first + 60);
	expect(nextEpoch(first, at + 500)).toBe(first + 1);
	expect(nextEpoch(7, 1_000)).toBe(8);
});
