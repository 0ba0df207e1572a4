import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DocumentStore, NewRow } from '#server/ports/document-store';
import { CommitQueue, type Writing } from './commit-queue.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const LIMITS = { ...DEFAULT_LIMITS, tickBytes: 10, commitBytes: 20, retryFirstMs: 1, retryMaxMs: 2 };

/** A room with so many rows to write, one byte each. */
function room(doc: string, rows: number, readers = 1) {
	let left = rows;
	let failed = false;
	const told: string[] = [];
	const failures: unknown[] = [];
	const self: Writing & { more(rows: number): void } = {
		more(rows) {
			left += rows;
		},
		take(bytes) {
			const taken = Math.min(left, bytes);
			left -= taken;
			return Array.from({ length: taken }, () => ({ doc, author: 'a', at: 0, update: Uint8Array.of(0) }));
		},
		settle: () => {},
		get waiting() {
			return left > 0 && !failed;
		},
		readers,
		storage: (state) => void told.push(state),
		fail(error) {
			failures.push(error);
			failed = true;
		}
	};
	return { self, told, failures };
}

/** A store that keeps which documents' rows each commit had. */
function store(act: (rows: readonly NewRow[]) => Promise<void> = async () => {}) {
	const commits: string[] = [];
	const append: DocumentStore['append'] = async (rows) => {
		await act(rows);
		commits.push(rows.map(({ doc }) => doc).join(''));
		return rows.map((_, index) => ({ seq: index + 1 }));
	};
	return { commits, store: { append } as unknown as DocumentStore };
}

const silent = pino({ level: 'silent' });

test('rooms take turns, a commit is bounded, and a large import holds up nobody', async () => {
	const log = store();
	const queue = new CommitQueue(log.store, LIMITS, silent);
	const importer = room('i', 100);
	const others = [room('a', 1), room('b', 1)];
	for (const { self } of [importer, ...others]) queue.offer(self);
	await queue.stop(1_000);
	expect(log.commits[0]).toBe('iiiiiiiiiiab');
	expect(log.commits).toHaveLength(10);
	expect(Math.max(...log.commits.map((rows) => rows.length))).toBeLessThanOrEqual(20);
});

test('what is offered while a commit is under way goes into the next one', async () => {
	let release = (): void => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	const log = store(() => held);
	const queue = new CommitQueue(log.store, LIMITS, silent);
	queue.offer(room('a', 1).self);
	await new Promise(setImmediate);
	for (const doc of ['b', 'c']) queue.offer(room(doc, 1).self);
	release();
	await queue.stop(1_000);
	expect(log.commits).toEqual(['a', 'bc']);
});

test('a room that has just committed collects for a tick, and after a quiet one writes at once', async () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const log = store();
	const queue = new CommitQueue(log.store, { ...LIMITS, tickMs: 30 }, silent);
	const busy = room('a', 1).self;
	const write = async (one: ReturnType<typeof room>['self']): Promise<void> => {
		one.more(1);
		queue.offer(one);
		await vi.advanceTimersByTimeAsync(0);
	};
	queue.offer(busy);
	await vi.advanceTimersByTimeAsync(10);
	await write(busy);
	await write(room('b', 0).self);
	await write(busy);
	expect(log.commits, 'nobody else waits').toEqual(['a', 'b']);
	await vi.advanceTimersByTimeAsync(19);
	expect(log.commits).toEqual(['a', 'b']);
	await vi.advanceTimersByTimeAsync(2);
	expect(log.commits).toEqual(['a', 'b', 'aa']);
	await vi.advanceTimersByTimeAsync(31);
	await write(busy);
	expect(log.commits).toEqual(['a', 'b', 'aa', 'a']);
});

test.each([
	[20, 30],
	[50, 50],
	[400, 100]
])('with %i readers a tick is %i ms', async (readers, tickMs) => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const log = store();
	const queue = new CommitQueue(log.store, { ...LIMITS, tickMs: 30 }, silent);
	const crowd = room('c', 1, readers).self;
	queue.offer(crowd);
	await vi.advanceTimersByTimeAsync(1);
	crowd.more(1);
	queue.offer(crowd);
	await vi.advanceTimersByTimeAsync(tickMs - 3);
	expect(log.commits).toEqual(['c']);
	await vi.advanceTimersByTimeAsync(4);
	expect(log.commits).toEqual(['c', 'c']);
});

test('what waits for its tick is made durable by a shutdown, and waits for no further one', async () => {
	const log = store();
	const queue = new CommitQueue(log.store, { ...LIMITS, tickMs: 60_000 }, silent);
	const [first, second] = [room('a', 1).self, room('b', 1).self];
	for (const one of [first, second]) queue.offer(one);
	await vi.waitFor(() => expect(log.commits).toEqual(['ab']));
	for (const one of [first, second]) {
		one.more(15);
		queue.offer(one);
	}
	await queue.stop(1_000);
	expect(log.commits).toEqual(['ab', 'aaaaaaaaaabbbbbbbbbb', 'aaaaabbbbb']);
});

test('a room that waits for its tick hears at once that nothing can be written', async () => {
	let full = false;
	const log = store(async () => {
		if (full) throw new Error('no space left on device');
	});
	const queue = new CommitQueue(log.store, { ...LIMITS, tickMs: 60_000 }, silent);
	const [resting, other] = [room('a', 1), room('b', 1)];
	queue.offer(resting.self);
	await vi.waitFor(() => expect(log.commits).toEqual(['a']));
	resting.self.more(1);
	queue.offer(resting.self);
	full = true;
	queue.offer(other.self);
	await vi.waitFor(() => expect(resting.told).toEqual(['disk']));
	full = false;
	await queue.stop(1_000);
	expect(log.commits).toEqual(['a', 'b', 'a']);
});

test('rows that could not be written are tried until they are, and rooms hear of it once', async () => {
	let full = true;
	const log = store(async () => {
		if (full) throw new Error('no space left on device');
	});
	const queue = new CommitQueue(log.store, LIMITS, silent);
	const [first, second] = [room('a', 1), room('b', 1)];
	queue.offer(first.self);
	await vi.waitFor(() => expect(queue.troubled).toBe(true));
	queue.offer(second.self);
	full = false;
	await vi.waitFor(() => expect(log.commits).toEqual(['a', 'b']));
	expect([first.told, second.told]).toEqual([
		['disk', 'ok'],
		['disk', 'ok']
	]);
});

test('a room that throws fails alone', async () => {
	const log = store();
	const queue = new CommitQueue(log.store, LIMITS, silent);
	const broken = room('x', 1);
	broken.self.take = () => {
		throw new Error('a bug');
	};
	queue.offer(broken.self);
	queue.offer(room('a', 1).self);
	await queue.stop(1_000);
	expect(log.commits).toEqual(['a']);
	expect(broken.failures).toHaveLength(1);
});

test('a shutdown while nothing can be written gives up after its time', async () => {
	const log = store(() => Promise.reject(new Error('no space left on device')));
	const queue = new CommitQueue(log.store, LIMITS, silent);
	queue.offer(room('a', 1).self);
	await queue.stop(20);
	expect(log.commits).toEqual([]);
});
