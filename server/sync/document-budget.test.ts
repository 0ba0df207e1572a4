import { expect, onTestFinished, test, vi } from 'vitest';
import { DocumentBudget, type Resident } from './document-budget.ts';

/** A budget of ten bytes that always keeps two, and residents of one byte by their names. */
function budget(needed: ReadonlySet<string> = new Set()) {
	vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
	onTestFinished(() => void vi.useRealTimers());
	const kept = new DocumentBudget({ documentsHeapBytes: 10, leastDocuments: 2, documentRestMs: 1_000 });
	const gone: string[] = [];
	const residents = new Map<string, Resident>();
	const use = (name: string, bytes = 1): void => {
		const letGo = (): boolean => !needed.has(name) && gone.push(name) > 0;
		const resident = residents.get(name) ?? { heapBytes: bytes, letGo };
		residents.set(name, resident);
		kept.used(resident);
	};
	return { kept, gone, use };
}

test('documents that were used longest ago are let go until the others fit', () => {
	const { kept, gone, use } = budget();
	for (const name of 'abcdefghijkl') use(name);
	use('a');
	vi.advanceTimersByTime(1_100);
	expect(gone).toEqual(['b', 'c']);
	expect(kept.size).toBe(10);
});

test('one that was just used stays, the shorter the more there are, but never while it is worked on', () => {
	const { gone, use } = budget();
	for (const name of 'abcdefghijk') use(name);
	vi.advanceTimersByTime(500);
	expect(gone).toEqual([]);
	use('large', 20);
	vi.advanceTimersByTime(100);
	expect(gone, 'far too many: all that nobody works on').toEqual([...'abcdefghijk'].slice(0, 10));
	for (const name of ['k', 'large']) use(name);
	use('larger', 1_000);
	vi.advanceTimersByTime(200);
	expect(gone).toHaveLength(10);
});

test('the few that were used last stay, however large, and one that is needed right now', () => {
	const { kept, gone, use } = budget(new Set(['needed']));
	for (const name of ['needed', 'idle', 'one', 'other']) use(name, 100);
	vi.advanceTimersByTime(60_000);
	expect(gone).toEqual(['idle', 'one']);
	expect(kept.size).toBe(2);
});

test('letting go takes turns with everything else', async () => {
	const kept = new DocumentBudget({ documentsHeapBytes: 0, leastDocuments: 0, documentRestMs: 0 });
	let gone = 0;
	const letGo = (): boolean => {
		for (const from = performance.now(); performance.now() - from < 5;);
		return ++gone > 0;
	};
	for (let left = 6; left > 0; left--) kept.used({ heapBytes: 1, letGo });
	await vi.waitFor(() => expect(gone).toBeGreaterThan(0), { interval: 1 });
	expect(gone).toBeLessThan(6);
	await vi.waitFor(() => expect(gone).toBe(6));
});
