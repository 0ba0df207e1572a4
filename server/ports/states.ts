import type { Seen } from '#domain/board/purge';

/**
 * What is computed from whole documents, beside the main thread. A document is told as the updates that make it, in order;
 * every call rejects when they make none.
 */
export interface States {
	/** The document as one update. */
	merged(updates: readonly Uint8Array[]): Promise<Uint8Array>;
	/** The same, packed as the log keeps it of the past. */
	packed(updates: readonly Uint8Array[]): Promise<Uint8Array>;
	/** What is shown of a board, as a document without a past. */
	fresh(updates: readonly Uint8Array[]): Promise<Uint8Array>;
	/** Ids of the elements that each of these later updates changed. */
	touched(updates: readonly Uint8Array[], later: readonly Uint8Array[]): Promise<readonly (readonly string[])[]>;
	/** What makes a document what it was at another moment, as one update of one transaction. */
	restored(now: readonly Uint8Array[], then: readonly Uint8Array[], restoring: Restoring): Promise<RestoredUpdate>;
	/** What a purge would take: of what was deleted `before` already, another moment of the document; null: of all that is. */
	leaving(updates: readonly Uint8Array[], before: readonly Uint8Array[] | null, seen: Seen): Promise<Leaving>;
	/** A moment of the past after a purge, packed. `readable`: null when words of living elements stay in it. */
	purgedMoment(
		updates: readonly Uint8Array[],
		left: readonly string[],
		readable: Uint8Array | null
	): Promise<Uint8Array>;
	/** The fresh document after a purge of these elements, as far as they are still deleted. */
	purged(updates: readonly Uint8Array[], left: readonly string[], seen: Seen): Promise<Purged>;
	close(): Promise<void>;
}

/** `spares`: ids of elements to be left as they are; `at`: the time now, ms. */
export type Restoring = Readonly<{ spares: readonly string[]; at: number }>;

/** `update` null: nothing is other than it was. `spared`: those of the spared elements that would have changed. */
export type RestoredUpdate = Readonly<{ update: Uint8Array | null; changed: number; spared: readonly string[] }>;

/**
 * `left`: ids of the elements; `fresh`: the document without them, `bytes`: the size of the one with them; `dueAt`: when the
 * next deleted element may leave (ms), null when none is.
 */
export type Leaving = Readonly<{ left: readonly string[]; fresh: Uint8Array; bytes: number; dueAt: number | null }>;

/** `packed`: the same state; `clients`: all clientIDs that wrote in the document of before; `dueAt`: as above. */
export type Purged = Readonly<{
	state: Uint8Array;
	packed: Uint8Array;
	clients: readonly number[];
	dueAt: number | null;
}>;
