import type { DocumentStore } from '#server/ports/document-store';
import type { Checkpoints } from './checkpoints.ts';
import type { DocumentBudget, Resident } from './document-budget.ts';
import type { Limits } from './limits.ts';
import { LoggedDocument } from './logged-document.ts';

type Deps = Readonly<{
	doc: string;
	store: DocumentStore;
	checkpoints: Checkpoints;
	limits: Limits;
	budget: DocumentBudget;
	/** It is there; nobody has been given anything of it yet. */
	onRead: (document: LoggedDocument) => void;
	/** Rows that peers have not seen, since they came by the log and not by the bus. */
	deliver: (updates: readonly Uint8Array[]) => void;
	/** It is of a later epoch by now than when it was here last. */
	onStale: () => void;
	/** It could not be read. */
	fail: (error: unknown) => void;
	/** Whether something is under way that rests on it being there. */
	inUse: () => boolean;
}>;

/**
 * A room's document as long as somebody needs it: read from the log, let go when it was not used for a while and others need
 * the room, and read again by whoever asks next. What waits for it waits at whoever asked.
 */
export class RoomDocument implements Resident {
	readonly #deps: Deps;
	#here: LoggedDocument | null = null;
	#reading: Promise<void> | null = null;
	/** The newest row that it held when it was here last; null before the first time. */
	#lastSeq: number | null = null;
	#epoch: number | null = null;
	#closed = false;

	constructor(deps: Deps) {
		this.#deps = deps;
	}

	/** The document, if it is there. */
	get here(): LoggedDocument | null {
		return this.#here;
	}

	/** The newest row that this node has seen. */
	get seq(): number {
		return this.#here?.seq ?? this.#lastSeq ?? 0;
	}

	/** The epoch that everybody here is of; null before the first time. */
	get epoch(): number | null {
		return this.#epoch;
	}

	/** Whether it is on its way. */
	get reading(): boolean {
		return this.#reading !== null;
	}

	/** Whether it was let go, and nobody has needed it since. */
	get asleep(): boolean {
		return !this.#here && !this.#reading && this.#lastSeq !== null && !this.#closed;
	}

	/** The document, for whoever needs it now. Null: it is being read, and is told when it is there. */
	need(): LoggedDocument | null {
		if (this.#closed) return null;
		if (this.#here) this.#deps.budget.used(this);
		else if (!this.#reading) this.read().catch((error: unknown) => this.#deps.fail(error));
		return this.#here;
	}

	/** Reads it. Rejects when that cannot be done. */
	read(): Promise<void> {
		return (this.#reading ??= this.#read().finally(() => {
			this.#reading = null;
		}));
	}

	/** It holds what the log does not: it is built anew. */
	reread(): void {
		this.#drop();
		this.need();
	}

	get heapBytes(): number {
		return this.#here?.heapBytes ?? 0;
	}

	letGo(): boolean {
		const document = this.#here;
		if (!document || document.hole || document.torn || this.#deps.inUse()) return false;
		this.keepCheckpoint(this.#deps.limits.checkpointRestRows);
		this.#drop();
		return true;
	}

	/** Keeps a checkpoint when at least so many rows came after the last one. */
	keepCheckpoint(rows: number): void {
		if (this.#here?.isDue(rows)) void this.#deps.checkpoints.keep(this.#deps.doc);
	}

	close(): void {
		this.#closed = true;
		this.#drop();
	}

	#drop(): void {
		this.#deps.budget.gone(this);
		if (!this.#here) return;
		this.#lastSeq = this.#here.seq;
		this.#here.destroy();
		this.#here = null;
	}

	async #read(): Promise<void> {
		const { store, doc, limits } = this.#deps;
		const loaded = await store.load(doc);
		if (this.#closed) return;
		if (this.#epoch !== null && loaded.epoch !== this.#epoch) return this.#deps.onStale();
		const document = new LoggedDocument(loaded, limits);
		const before = this.#lastSeq;
		this.#epoch = loaded.epoch;
		this.#here = document;
		this.#deps.budget.used(this);
		this.#deps.onRead(document);
		this.keepCheckpoint(limits.checkpointBusyRows);
		if (before === null || document.seq <= before) return;
		const rows = await store.since(doc, before, undefined, loaded.epoch);
		if (!this.#closed) this.#deps.deliver(rows.map(({ update }) => update));
	}
}
