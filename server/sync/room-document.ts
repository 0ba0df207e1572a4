import { setTimeout as pause } from 'node:timers/promises';
import { inLogOrder, NOTHING } from '#domain/wire/log-order';
import type { Log } from '#server/log';
import type { DocumentStore, LoadedDocument } from '#server/ports/document-store';
import type { Answering } from './audience.ts';
import { Backoff } from './backoff.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { DocumentBudget, Resident } from './document-budget.ts';
import type { Limits } from './limits.ts';
import { LoggedDocument } from './logged-document.ts';
import { KNOWS_NOTHING, StoredDocument, type Outline } from './stored-document.ts';

type Deps = Readonly<{
	doc: string;
	store: DocumentStore;
	checkpoints: Checkpoints;
	limits: Limits;
	budget: DocumentBudget;
	log: Log;
	/** It is there; nobody has been given anything of it yet. */
	onRead: (document: LoggedDocument) => void;
	/** Its bytes are there, from which those who wait can be answered. */
	onStored: () => void;
	/** Rows that peers have not seen, since they came by the log and not by the bus. */
	deliver: (updates: readonly Uint8Array[]) => void;
	/** It is of a later epoch by now than when it was here last. */
	onStale: () => void;
	/** What the log holds is no document. */
	fail: (error: unknown) => void;
	/** It is needed and cannot be read right now, or it can again. */
	storage: (state: 'disk' | 'ok') => void;
	/** Whether something is under way that rests on it being there. */
	inUse: () => boolean;
}>;

/**
 * A room's document as long as somebody needs it, and as little of it as will do: a Y.Doc for who writes, its bytes for who
 * comes, an outline for who is there. It is let go when it was not used for a while and others need the room, and read again
 * by whoever asks next. What waits for it waits at whoever asked.
 */
export class RoomDocument implements Resident {
	readonly #deps: Deps;
	#here: LoggedDocument | null = null;
	/** As it was at row `#lastSeq`; never together with the Y.Doc. */
	#stored: StoredDocument | null = null;
	/** Null while the Y.Doc is here, before the first time, and after it held what the log does not. */
	#outline: Outline | null = null;
	#reading: Promise<void> | null = null;
	/** Whether the Y.Doc is needed, and not just bytes. */
	#wanted = false;
	/** The newest row that it held when it was here last; null before the first time. */
	#lastSeq: number | null = null;
	#epoch: number | null = null;
	#troubled = false;
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

	/** Whether it is needed and cannot be read right now. */
	get troubled(): boolean {
		return this.#troubled;
	}

	/** Whether it is on its way. */
	get reading(): boolean {
		return this.#reading !== null;
	}

	/** Whether there is no Y.Doc of it, and nobody has needed one since. */
	get asleep(): boolean {
		return !this.#here && !this.#reading && this.#lastSeq !== null && !this.#closed;
	}

	/** The document, for whoever needs it now. Null: it is being read, and is told when it is there. */
	need(): LoggedDocument | null {
		if (this.#closed) return null;
		if (this.#here) {
			this.#deps.budget.used(this);
			return this.#here;
		}
		this.#wanted = true;
		this.#readSoon();
		return null;
	}

	/** It was written in, and may take more than before. */
	changed(): void {
		if (this.#here) this.#deps.budget.used(this);
	}

	/** What answers those who ask with these state vectors. Null: it is being read, and is told when it is there. */
	answering(asked: Iterable<Uint8Array>): Answering | null {
		if (this.#closed) return null;
		if (!this.#stored && !this.#here) this.#readSoon();
		if (!this.#stored?.suits(asked)) return this.#stored || this.#here ? this.need() : null;
		this.#deps.budget.used(this);
		return this.#stored;
	}

	/** What others can be asked for beyond what is known here; null: it is being read. */
	get vector(): Uint8Array | null {
		return this.#here?.stateVector() ?? this.#outline?.vector ?? null;
	}

	/** Whether it holds something that this clientID wrote; undefined: it is being read. */
	knows(client: number): boolean | undefined {
		return (this.#here ?? this.#outline)?.knows(client);
	}

	/** Whether an update certainly brings nothing new, as far as that can be told without a Y.Doc. */
	holds(update: Uint8Array): boolean {
		return this.asleep && this.#outline?.holds(update) === true;
	}

	/** Learns what there is to know of it. Rejects when that cannot be done. */
	open(): Promise<void> {
		return this.#whileReading(async () => this.#take(await this.#deps.store.load(this.#deps.doc)));
	}

	/** It holds what the log does not: it is built anew. */
	reread(): void {
		this.#drop();
		this.#outline = null;
		this.need();
	}

	get heapBytes(): number {
		return this.#here?.heapBytes ?? this.#stored?.bytes ?? 0;
	}

	letGo(): boolean {
		const document = this.#here;
		if (document) {
			if (document.hole || document.torn || this.#deps.inUse()) return false;
			this.keepCheckpoint(this.#deps.limits.checkpointRestRows);
			this.#outline = document.outline();
		}
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
		this.#stored = null;
		if (!this.#here) return;
		this.#lastSeq = this.#here.seq;
		this.#here.destroy();
		this.#here = null;
	}

	/** An edge. */
	#readSoon(): void {
		if (!this.#reading) this.#whileReading(() => this.#read()).catch((error: unknown) => this.#deps.fail(error));
	}

	#whileReading(act: () => Promise<void>): Promise<void> {
		return (this.#reading ??= act()
			.finally(() => {
				this.#reading = null;
			})
			.then(() => {
				// Somebody came meanwhile for whom bytes will not do.
				if (this.#wanted && !this.#closed) this.#readSoon();
			}));
	}

	async #read(): Promise<void> {
		const loaded = await this.#load();
		if (loaded) this.#take(loaded);
	}

	/** People are there and have work that waits for it: what cannot be read now is tried again. Null: it was closed. */
	async #load(): Promise<LoadedDocument | null> {
		const { store, doc, limits, log, storage } = this.#deps;
		for (const backoff = new Backoff(limits); !this.#closed;) {
			try {
				const loaded = await store.load(doc);
				if (this.#troubled) {
					this.#troubled = false;
					log.info({ doc }, 'a document can be read again');
					storage('ok');
				}
				return loaded;
			} catch (error) {
				if (!this.#troubled) {
					this.#troubled = true;
					log.error({ err: error, doc }, 'a document cannot be read, trying again');
					storage('disk');
				}
				await pause(backoff.failed(), undefined, { ref: false });
			}
		}
		return null;
	}

	#take(loaded: LoadedDocument): void {
		if (this.#closed) return;
		if (this.#epoch !== null && loaded.epoch !== this.#epoch) return this.#deps.onStale();
		this.#epoch = loaded.epoch;
		const before = this.#lastSeq;
		const missed = before === null ? 0 : loaded.seq - before;
		if (!this.#wanted && missed <= 0 && StoredDocument.suits(loaded)) return this.#store(loaded);
		const document = new LoggedDocument(loaded, this.#deps.limits);
		if (missed > 0) this.#deps.deliver(this.#newest(missed, loaded, document));
		this.#begin(document);
	}

	/** What the newest rows brought. */
	#newest(rows: number, { updates }: LoadedDocument, document: LoggedDocument): readonly Uint8Array[] {
		if (rows < updates.length)
			return inLogOrder(updates)
				.rows.slice(-rows)
				.filter((row) => row !== NOTHING);
		// A checkpoint holds some of them.
		return [document.answer(this.#outline?.vector ?? KNOWS_NOTHING)];
	}

	#store(loaded: LoadedDocument): void {
		const stored = new StoredDocument(loaded);
		this.#lastSeq = loaded.seq;
		this.#outline ??= stored.outline();
		this.#stored = stored;
		this.#deps.budget.used(this);
		this.#deps.onStored();
	}

	#begin(document: LoggedDocument): void {
		const { limits, budget, onRead } = this.#deps;
		this.#wanted = false;
		this.#stored = this.#outline = null;
		this.#here = document;
		budget.used(this);
		onRead(document);
		this.keepCheckpoint(limits.checkpointBusyRows);
	}
}
