import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

test('waits twice as long each time, up to a bound, and starts anew when it went well', () => {
	const backoff = new Backoff({ retryFirstMs: 200, retryMaxMs: 1_000 });
	expect(backoff.failing).toBe(false);
	expect([1, 2, 3, 4].map(() => backoff.failed())).toEqual([200, 400, 800, 1_000]);
	expect(backoff.failing).toBe(true);
	backoff.reset();
	expect([backoff.failing, backoff.failed()]).toEqual([false, 200]);
});
