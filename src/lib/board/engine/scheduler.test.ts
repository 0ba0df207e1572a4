import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Scheduler } from './scheduler.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scheduler() {
	const asked: ((now: number) => void)[] = [];
	const made = new Scheduler({ request: (draw) => asked.push(draw), cancel: () => undefined }, () => undefined);
	return { made, asked };
}

test('what is marked for later costs no frame until then, and the last word on it counts', () => {
	const { made, asked } = scheduler();
	made.markIn('live', 1_000);
	made.markIn('live', 5_000);
	vi.advanceTimersByTime(4_999);
	expect(asked).toHaveLength(0);
	vi.advanceTimersByTime(1);
	expect(asked).toHaveLength(1);
});

test('taken back, or ended, it never comes', () => {
	const { made, asked } = scheduler();
	made.markIn('live', 1_000);
	made.markIn('live', null);
	made.markIn('live', 1_000);
	made.destroy();
	vi.advanceTimersByTime(10_000);
	expect(asked).toHaveLength(0);
});
