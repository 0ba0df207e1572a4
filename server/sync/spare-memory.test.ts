import { expect, onTestFinished, test, vi } from 'vitest';
import { SpareMemory } from './spare-memory.ts';

const MIB = 1024 * 1024;

/** A process of which it can be said how busy it is, and how much it uses. */
function process() {
	vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
	onTestFinished(() => void vi.useRealTimers());
	const now = { busy: 0, used: 50 * MIB, takesMs: 0 };
	const collect = vi.fn(() => void vi.advanceTimersByTime(now.takesMs));
	const spare = new SpareMemory({ collect, usedBytes: () => now.used, busyShare: () => now.busy });
	return { now, collect, spare };
}

test('what is gone is collected in the next quiet moment, once it is worth it', () => {
	const { now, collect, spare } = process();
	spare.freed(15 * MIB);
	vi.advanceTimersByTime(60_000);
	expect(collect).not.toHaveBeenCalled();
	now.busy = 0.5;
	spare.freed(MIB);
	vi.advanceTimersByTime(60_000);
	expect(collect).not.toHaveBeenCalled();
	now.busy = 0.05;
	vi.advanceTimersByTime(250);
	expect(collect).toHaveBeenCalledOnce();
	vi.advanceTimersByTime(60_000);
	expect(collect).toHaveBeenCalledOnce();
});

test('collecting takes no more than a thirtieth of the time', () => {
	const { now, collect, spare } = process();
	now.takesMs = 200;
	for (const [untilMs, times] of [
		[250, 1],
		[5_500, 1],
		[1_000, 2]
	] as const) {
		spare.freed(16 * MIB);
		vi.advanceTimersByTime(untilMs);
		expect(collect).toHaveBeenCalledTimes(times);
	}
});

test('a heap that would be held up for long is left alone', () => {
	const { now, collect, spare } = process();
	now.used = 400 * MIB;
	spare.freed(16 * MIB);
	vi.advanceTimersByTime(250);
	expect(collect).not.toHaveBeenCalled();
	now.used = 300 * MIB;
	spare.freed(16 * MIB);
	vi.advanceTimersByTime(250);
	expect(collect).toHaveBeenCalledOnce();
});

test('where nothing can be collected nothing is looked for', () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	new SpareMemory(null).freed(100 * MIB);
	expect(vi.getTimerCount()).toBe(0);
});
