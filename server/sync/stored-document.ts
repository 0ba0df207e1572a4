import * as Y from 'yjs';
import { inLogOrder, NOTHING } from '#domain/wire/log-order';
import type { LoadedDocument } from '#server/ports/document-store';

/** Merging updates takes a time that grows faster than their number: with more than these a Y.Doc is the cheaper way. */
const MOST_UPDATES = 64;
/** What a document with content is searched for somebody's part costs its whole length each time; a Y.Doc once. */
const SEARCHED_BYTES = 64 * 1024;

/** The state vector of who has nothing of a document. */
export const KNOWS_NOTHING = Y.encodeStateVector(new Map());

/**
 * A document as the log has it, in bytes: enough to answer who comes. As a Y.Doc it takes thirty times the room, and most
 * of those who come only read.
 */
export class StoredDocument {
	readonly #update: Uint8Array;
	/** Null: nobody has asked for it yet. */
	#vector: Uint8Array | null = null;
	readonly #retired: ReadonlySet<number>;
	/** The answer given last, and to what: those who come back together were at the same state. */
	#last: Readonly<{ asked: Uint8Array; answer: Uint8Array }> | null = null;

	constructor({ updates, retired }: LoadedDocument) {
		const [first = NOTHING, ...rest] = updates;
		this.#update = first;
		if (rest.length > 0) {
			const { rows, vector } = inLogOrder(updates);
			this.#update = Y.mergeUpdates(rows);
			this.#vector = vector;
		}
		this.#retired = new Set(retired);
	}

	/** Whether its rows are few enough. */
	static suits({ updates }: LoadedDocument): boolean {
		return updates.length <= MOST_UPDATES;
	}

	/** What it takes in memory. */
	get bytes(): number {
		return this.#update.length;
	}

	/** Whether those who ask with these state vectors are answered cheaper from here than from a Y.Doc. */
	suits(asked: Iterable<Uint8Array>): boolean {
		return this.bytes <= SEARCHED_BYTES || [...asked].every((vector) => sameBytes(vector, KNOWS_NOTHING));
	}

	/** What is kept of it when its bytes are not. */
	outline(): Outline {
		this.#vector ??= Y.encodeStateVectorFromUpdate(this.#update);
		return new Outline(this.#vector, Y.diffUpdate(this.#update, this.#vector));
	}

	/** Whether somebody knows this document of an earlier epoch. */
	isOlder(stateVector: Uint8Array): boolean {
		return bearsAny(Y.decodeStateVector(stateVector).keys(), this.#retired);
	}

	/** What a document with this state vector lacks. */
	answer(stateVector: Uint8Array): Uint8Array {
		if (sameBytes(stateVector, KNOWS_NOTHING)) return this.#update;
		if (this.#last && sameBytes(this.#last.asked, stateVector)) return this.#last.answer;
		const answer = Y.diffUpdate(this.#update, stateVector);
		this.#last = { asked: stateVector, answer };
		return answer;
	}
}

/** What is known of a document that is not in memory: whether somebody brings anything beyond it, and who wrote in it. */
export class Outline {
	readonly vector: Uint8Array;
	/** What a client at the same state answers to step 1: all that was ever deleted, and nothing else. */
	readonly #nothingNew: Uint8Array;

	constructor(vector: Uint8Array, nothingNew: Uint8Array) {
		this.vector = vector;
		this.#nothingNew = nothingNew;
	}

	/** Whether the update certainly brings nothing new. */
	holds(update: Uint8Array): boolean {
		return sameBytes(update, this.#nothingNew) || sameBytes(update, NOTHING);
	}

	/** Whether it holds something that this clientID wrote. */
	knows(client: number): boolean {
		return Y.decodeStateVector(this.vector).has(client);
	}
}

/** Whether one of these clientIDs is among those. */
export function bearsAny(clients: Iterable<number>, among: ReadonlySet<number>): boolean {
	if (among.size > 0) for (const client of clients) if (among.has(client)) return true;
	return false;
}

/** Whether both hold the same. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
	return one.length === other.length && Buffer.compare(one, other) === 0;
}
