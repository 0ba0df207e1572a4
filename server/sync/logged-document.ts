import * as Y from 'yjs';
import { counts, takeRow } from '#domain/wire/log-order';
import type { LoadedDocument } from '#server/ports/document-store';
import { Answers } from './answers.ts';
import { examine, growthOf } from './gate.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { bearsAny, Outline, sameBytes } from './stored-document.ts';

/** Why an update was not applied; `torn`: Yjs gave up half-way, and the document must be rebuilt from the log. */
export type Verdict = ReturnType<typeof examine> | 'full' | 'torn' | 'retired';

/** How large the document may become. */
export type Bounds = Pick<Limits, 'documentBytes' | 'smallBytes' | 'reserveBytes'>;

/** What Yjs makes of an encoded byte, and of a document with nothing in it: measured at boards of 100 and of 5,000 elements. */
const HEAP_PER_BYTE = 25;
const HEAP_EMPTY = 4_096;

/**
 * The document of a room, built from the log: what the log holds up to row `seq`, and during a commit what is being
 * committed. Rows of other nodes are taken in the order of their numbers. Our own are in it before they have one; whether
 * that comes to the same is told when all before them are here.
 */
export class LoggedDocument {
	readonly #doc = new Y.Doc();
	readonly #bounds: Bounds;
	#seq: number;
	/** Rows whose predecessors are not here yet. */
	readonly #ahead = new Map<number, Uint8Array>();
	/** What was written here and whose place in the log is not reached yet. */
	readonly #mine = new Set<Uint8Array>();
	#disputed = false;
	#rowsSinceCheckpoint: number;
	/** What is new since a write began; null between writes. */
	#changes: Uint8Array[] | null = null;
	readonly #answers = new Answers(this.#doc);
	/** Never less than the encoded size. */
	#bytes = 0;
	#torn = false;
	readonly epoch: number;
	/** ClientIDs of earlier epochs: what bears one is of another document than this. */
	readonly #retired: ReadonlySet<number>;

	/** Throws when the log holds what is no update. */
	constructor(loaded: LoadedDocument, bounds: Bounds = DEFAULT_LIMITS) {
		this.#bounds = bounds;
		this.#doc.transact(() => {
			for (const update of loaded.updates) {
				if (takeRow(this.#doc, update)) this.#bytes += update.length;
			}
		});
		this.epoch = loaded.epoch;
		this.#retired = new Set(loaded.retired);
		this.#seq = loaded.seq;
		this.#rowsSinceCheckpoint = loaded.updates.length;
		this.#doc.on('update', (update: Uint8Array) => {
			this.#changes?.push(update);
			this.#answers.forget();
			this.#bytes += update.length;
		});
	}

	/** The newest row that it holds together with all before it. */
	get seq(): number {
		return this.#seq;
	}

	/** Whether a row is missing below one that is here. */
	get hole(): boolean {
		return this.#ahead.size > 0;
	}

	/** Whether the log holds something else than this: it has to be read again. */
	get disputed(): boolean {
		return this.#disputed;
	}

	get torn(): boolean {
		return this.#torn;
	}

	/** About what it takes in memory. */
	get heapBytes(): number {
		return this.#bytes * HEAP_PER_BYTE + HEAP_EMPTY;
	}

	/**
	 * Lets one sender's updates in, in one transaction, and answers what was new in all of them as one update, or null. It
	 * is written anew by Yjs: what reaches the log and the peers is never the sender's own bytes.
	 */
	write(act: (apply: (update: Uint8Array) => Verdict | 'after-tear') => void): Uint8Array | null {
		const changes: Uint8Array[] = [];
		this.#changes = changes;
		try {
			this.#doc.transact(() => act((update) => this.#apply(update)));
		} catch (error) {
			// Yjs tidies up at the end of a transaction, and cannot when one of its updates broke off.
			if (!this.#torn) throw error;
		} finally {
			this.#changes = null;
		}
		if (this.#torn) return null;
		const [first] = changes;
		if (!first) return null;
		const update = changes.length > 1 ? Y.mergeUpdates(changes) : first;
		this.#mine.add(update);
		return update;
	}

	#apply(update: Uint8Array): Verdict | 'after-tear' {
		if (this.#torn) return 'after-tear';
		const verdict = examine(this.#doc, update);
		if (verdict === 'malformed') return verdict;
		if (this.#retired.size > 0 && bearsAny(Y.parseUpdateMeta(update).to.keys(), this.#retired)) return 'retired';
		if (verdict !== 'fits') return verdict;
		if (!this.#holds(update)) return 'full';
		try {
			Y.applyUpdate(this.#doc, update);
		} catch {
			this.#torn = true;
		}
		this.#torn ||= this.#doc.store.pendingStructs !== null || this.#doc.store.pendingDs !== null;
		return this.#torn ? 'torn' : 'fits';
	}

	/** Whether there is room. What only deletes always finds some, and so does what is small, for a while. */
	#holds(update: Uint8Array): boolean {
		const { documentBytes, smallBytes, reserveBytes } = this.#bounds;
		if (this.#bytes + update.length <= documentBytes) return true;
		const more = growthOf(this.#doc, update);
		const bound = more <= smallBytes ? documentBytes + reserveBytes : documentBytes;
		if (more === 0 || this.#bytes + more <= bound) return true;
		this.#bytes = Y.encodeStateAsUpdate(this.#doc).length;
		return this.#bytes + more <= bound;
	}

	/**
	 * A row was committed, by another node or by us (then `update` is what `write` answered). Answers the rows of other nodes
	 * that are now in the document, for the peers here.
	 */
	arrived(seq: number, update: Uint8Array): readonly Uint8Array[] {
		const own = this.#mine.has(update);
		if (seq <= this.#seq) this.#mine.delete(update);
		else if (own || !this.#ahead.has(seq)) this.#ahead.set(seq, update);
		const taken: Uint8Array[] = [];
		while (!this.#disputed) {
			const next = this.#ahead.get(this.#seq + 1);
			if (next === undefined) break;
			if (!this.#mine.delete(next) && this.#takes(next)) taken.push(next);
			if (this.#disputed) break;
			this.#ahead.delete(++this.#seq);
			this.#rowsSinceCheckpoint++;
		}
		return taken;
	}

	/** Whether the row of another node counts; then it is in the document. */
	#takes(row: Uint8Array): boolean {
		const fits = counts(row, (client) => Y.getState(this.#doc.store, client));
		// It comes before ours in the log, and may be why ours does not count there. Or it is ours: read before its number was told.
		if (!fits && this.#mine.size > 0) this.#disputed ||= ![...this.#mine].some((own) => sameBytes(own, row));
		if (!fits || this.#disputed) return false;
		try {
			Y.applyUpdate(this.#doc, row);
			return true;
		} catch {
			this.#disputed = this.#torn = true;
			return false;
		}
	}

	/** Whether it holds something that this clientID wrote. */
	knows(client: number): boolean {
		return Y.getState(this.#doc.store, client) > 0;
	}

	/** Whether somebody knows this document of an earlier epoch: what they know of it is not in this one. */
	isOlder(stateVector: Uint8Array): boolean {
		return bearsAny(Y.decodeStateVector(stateVector).keys(), this.#retired);
	}

	stateVector(): Uint8Array {
		return Y.encodeStateVector(this.#doc);
	}

	/** What is kept of it when it is let go. */
	outline(): Outline {
		const vector = this.stateVector();
		return new Outline(vector, Y.encodeStateAsUpdate(this.#doc, vector));
	}

	/** What a document with this state vector lacks. */
	answer(stateVector: Uint8Array): Uint8Array {
		return this.#answers.to(stateVector);
	}

	/** Nobody is here to ask again. */
	forgetAnswers(): void {
		this.#answers.forget();
	}

	/** Whether at least so many rows came after the last checkpoint; true once. */
	isDue(rows: number): boolean {
		if (this.#rowsSinceCheckpoint < rows) return false;
		this.#rowsSinceCheckpoint = 0;
		return true;
	}

	destroy(): void {
		this.#doc.destroy();
	}
}
