import type { Log } from '#server/log';
import type { AppendResult, DocumentStore, NewRow } from '#server/ports/document-store';
import { Backoff } from './backoff.ts';
import type { Limits } from './limits.ts';
import { RestingRooms } from './resting-rooms.ts';

/** A room as the commit queue sees it. */
export interface Writing {
	/** Hands over at most `bytes` of rows (one message always) and keeps what else waits. */
	take(bytes: number): readonly NewRow[];
	/** What became of the rows taken last, in their order. */
	settle(results: readonly AppendResult[]): void;
	/** Whether it has something to hand over now. */
	readonly waiting: boolean;
	/** How many hear of each commit. */
	readonly readers: number;
	/** Nothing can be made durable right now, or it can again. */
	storage(state: 'ok' | 'disk'): void;
	/** A bug came up: start afresh from the log. */
	fail(error: unknown): void;
}

/**
 * Group commit over all rooms: one append at a time, and while it is under way the next one collects. Rooms take turns and
 * a commit is bounded in bytes, so an import at one board does not hold up the others. A room that has just committed rests
 * for a tick, longer where many read: what is dragged there meanwhile goes out as one (docs/decisions/0008). When the store cannot write, the same
 * rows are tried until it can.
 */
export class CommitQueue {
	readonly #store: DocumentStore;
	readonly #limits: Limits;
	readonly #log: Log;
	readonly #dirty = new Set<Writing>();
	readonly #resting: RestingRooms<Writing>;
	/** Rooms that were told of trouble. */
	readonly #told = new Set<Writing>();
	#running: Promise<void> | null = null;
	#trouble = false;
	#stopped = false;
	readonly #stop = new AbortController();
	commits = 0;

	readonly #onCommit: (seconds: number) => void;

	constructor(store: DocumentStore, limits: Limits, log: Log, onCommit: (seconds: number) => void = () => {}) {
		this.#onCommit = onCommit;
		this.#store = store;
		this.#limits = limits;
		this.#log = log;
		this.#resting = new RestingRooms<Writing>((room) => this.#wake(room));
	}

	/** The room has something to commit. */
	offer(room: Writing): void {
		if (this.#stopped) return;
		if (this.#trouble) this.#tell(room);
		if (!this.#resting.holds(room)) this.#wake(room);
	}

	/** Whether nothing can be made durable right now. */
	get troubled(): boolean {
		return this.#trouble;
	}

	/** Settles when nothing is under way any more, or after `waitMs`; after that nothing is taken, and no answer is heard. */
	async stop(waitMs: number): Promise<void> {
		this.#resting.end();
		// The store may hang instead of failing: it is waited for no longer than a commit that is tried again.
		await Promise.race([this.#running, pause(waitMs, this.#stop.signal)]);
		this.#stopped = true;
		this.#stop.abort();
	}

	/** Each commit costs a write to every reader: what a crowd costs a second does not grow with it. */
	#tickMs({ readers }: Writing): number {
		const { tickMs, readerTickMs, crowdTickMs } = this.#limits;
		return Math.max(tickMs, Math.min(readers * readerTickMs, crowdTickMs));
	}

	#wake(room: Writing): void {
		this.#dirty.add(room);
		this.#running ??= this.#run();
	}

	async #run(): Promise<void> {
		// Whatever arrived in the same turn of the event loop goes into the same commit.
		await new Promise(setImmediate);
		while (this.#dirty.size > 0 && !this.#stopped) await this.#commit();
		this.#running = null;
	}

	async #commit(): Promise<void> {
		const batch: { room: Writing; rows: readonly NewRow[] }[] = [];
		let bytes = 0;
		for (const room of this.#dirty) {
			this.#dirty.delete(room);
			const rows = this.#guarded(room, () => room.take(this.#limits.tickBytes)) ?? [];
			batch.push({ room, rows });
			const own = rows.reduce((sum, { update }) => sum + update.length, 0);
			bytes += own;
			// An import goes on at once: what waits behind a full tick is not another stroke of the same hand.
			if (rows.length > 0 && own < this.#limits.tickBytes) this.#resting.rest(room, this.#tickMs(room));
			if (bytes >= this.#limits.commitBytes) break;
		}
		const rows = batch.flatMap((part) => part.rows);
		const results =
			rows.length === 0
				? []
				: await this.#append(
						rows,
						batch.map((part) => part.room)
					);
		if (results === null) return;
		let from = 0;
		for (const part of batch) {
			const own = results.slice(from, from + part.rows.length);
			from += part.rows.length;
			this.#guarded(part.room, () => part.room.settle(own));
			if (part.room.waiting) this.offer(part.room);
		}
	}

	/** Null when the server stopped before it succeeded. */
	async #append(rows: readonly NewRow[], rooms: readonly Writing[]): Promise<readonly AppendResult[] | null> {
		for (const backoff = new Backoff(this.#limits); ;) {
			try {
				const from = performance.now();
				const results = await this.#store.append(rows);
				this.#onCommit((performance.now() - from) / 1_000);
				if (this.#stopped) return null;
				this.commits++;
				this.#relieve();
				return results;
			} catch (error) {
				if (!this.#trouble) this.#log.error({ err: error }, 'documents cannot be written, trying again');
				this.#trouble = true;
				for (const room of rooms) this.#tell(room);
				for (const room of [...this.#dirty, ...this.#resting.waiting()]) this.#tell(room);
				if (!(await pause(backoff.failed(), this.#stop.signal))) return null;
			}
		}
	}

	#tell(room: Writing): void {
		if (this.#told.has(room)) return;
		this.#told.add(room);
		this.#guarded(room, () => room.storage('disk'));
	}

	#relieve(): void {
		if (!this.#trouble) return;
		this.#trouble = false;
		this.#log.info('documents can be written again');
		for (const room of this.#told) this.#guarded(room, () => room.storage('ok'));
		this.#told.clear();
	}

	/** One room's bug must not stop the others' commits. */
	#guarded<T>(room: Writing, act: () => T): T | undefined {
		try {
			return act();
		} catch (error) {
			this.#log.error({ err: error }, 'a room failed');
			room.fail(error);
			return undefined;
		}
	}
}

/** Whether the time passed without an abort. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve(false);
		const stop = () => {
			clearTimeout(timer);
			resolve(false);
		};
		const timer = setTimeout(() => {
			signal.removeEventListener('abort', stop);
			resolve(true);
		}, ms);
		signal.addEventListener('abort', stop, { once: true });
	});
}
