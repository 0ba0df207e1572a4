/**
 * The log of every synced document: rows of Yjs updates, numbered without gaps within a document, and the states of the
 * past that are kept beside it. It alone decides what is durable; nothing reaches a peer before `append` has answered for it.
 *
 * A row is one sender's updates of one tick. A document's epoch is the life of one Y.Doc: only `renew` begins another, and
 * the numbers go on. What is told an epoch does nothing when the document is of another, or gone: it was computed from what
 * is no more. Adapters: `sqlite` (embedded), `postgres` (grown); both pass `tests/contract/document-store.ts`.
 */
export interface DocumentStore {
	/**
	 * Appends rows of any number of documents in one commit and answers, in the same order, each row's number within its
	 * document, or an error for a row that failed alone; {@link StaleEpoch} when the document is of a later epoch. Rejects
	 * only when nothing at all was written (disk full, the engine gone); then every row may be tried again.
	 */
	append(rows: readonly NewRow[]): Promise<readonly AppendResult[]>;
	/**
	 * Everything needed to rebuild the document at its newest: the last checkpoint, if any, and the rows after it, in
	 * order. A document never written has `seq` 0, epoch 1 and no updates.
	 */
	load(doc: string): Promise<LoadedDocument>;
	/** The epochs these documents are of, in the same order; 1 for one that was never written. */
	epochsOf(docs: readonly string[]): Promise<readonly number[]>;
	/**
	 * Rows with a number above `after`, in order: what a node missed. `most`: no more than so many. `epoch`: rejects with
	 * {@link StaleEpoch} when the document is of another one.
	 */
	since(doc: string, after: number, most?: number, epoch?: number): Promise<readonly StoredRow[]>;
	/** Keeps the merged state up to and including row `seq`, so that loading need not read older rows. Rows stay (history). */
	checkpoint(doc: string, epoch: number, seq: number, state: Uint8Array): Promise<void>;

	/** The moments that can still be read, the newest first: those with a number below `before`, no more than `most`. */
	moments(doc: string, asked: Readonly<{ before?: number; most: number }>): Promise<readonly Moment[]>;
	/** What the document was after row `seq`; null when that moment is not kept. */
	stateAt(doc: string, seq: number): Promise<PastState | null>;
	/** Keeps the whole state at a moment, which then does not need the rows before it. Again: nothing changes. */
	keepSnapshot(doc: string, epoch: number, snapshot: PackedSnapshot): Promise<void>;
	/** Lets snapshots go, by their numbers. */
	dropSnapshots(doc: string, epoch: number, seqs: readonly number[]): Promise<void>;
	/** Lets rows up to `seq` go. Nothing happens unless the checkpoint and a snapshot make up for them. */
	dropRows(doc: string, epoch: number, seq: number): Promise<void>;

	/** Puts a moment aside for a renewal, which names that past; until then nobody sees it. */
	stage(doc: string, epoch: number, past: string, snapshot: PackedSnapshot): Promise<void>;
	/** Lets go what was put aside for a renewal that will not be. */
	unstage(doc: string, past: string): Promise<void>;
	/**
	 * Begins the next epoch: what was before is replaced, in one transaction and beyond recovery from the store's own files
	 * as far as its engine allows. False, and nothing done, when the document is not at `epoch` and `seq` any more.
	 */
	renew(doc: string, renewal: Renewal): Promise<boolean>;
	/**
	 * Documents to look after: whose purge is due at `now`, and those written since they were examined whose newest row is
	 * older than `restingSince` (both ms). No more than `most`.
	 */
	toExamine(asked: Readonly<{ now: number; restingSince: number; most: number }>): Promise<readonly string[]>;
	/** The document was looked after as of row `seq`; `dueAt`: when at the latest to look again, if nothing changes. */
	examined(doc: string, epoch: number, seq: number, dueAt: number | null): Promise<void>;

	/** Ids of documents in order, those after `after`. */
	documents(after: string, most: number): Promise<readonly string[]>;
	/** Everything that is kept of a document, as of one moment; null for one that was never written. */
	read(doc: string): Promise<KeptDocument | null>;
	/** Writes a document as it was read. Rejects when there is one already. */
	write(kept: KeptDocument): Promise<void>;

	/** Removes everything of a document. */
	remove(doc: string): Promise<void>;
	/** Whether the store answers right now. */
	healthy(): Promise<boolean>;
	close(): Promise<void>;
}

/** `epoch`: the one it was made in; left out by who writes a document that nobody else can know yet. */
export type NewRow = Readonly<{ doc: string; epoch?: number; author: string; at: number; update: Uint8Array }>;
export type StoredRow = Readonly<{ doc: string; seq: number; author: string; at: number; update: Uint8Array }>;
export type AppendResult = Readonly<{ seq: number }> | Readonly<{ error: Error }>;
export type LoadedDocument = Readonly<{
	epoch: number;
	/** The newest row's number; 0 for a document never written. */
	seq: number;
	/** Apply in this order. */
	updates: readonly Uint8Array[];
	/** ClientIDs that wrote in earlier epochs, and in none since. */
	retired: readonly number[];
}>;

/** What is read of a document that was never written. */
export const NEVER_WRITTEN: LoadedDocument = { epoch: 1, seq: 0, updates: [], retired: [] };

/** A moment of the past: after row `seq`, by `author` at `at` (ms); `bytes`: what is kept for it; `whole`: a snapshot is. */
export type Moment = Readonly<{ seq: number; author: string; at: number; bytes: number; whole: boolean }>;
export type Snapshot = Readonly<{ seq: number; author: string; at: number; state: Uint8Array }>;
/** One that is to be kept; `packed`: the state as `States` packs it. */
export type PackedSnapshot = Readonly<{ seq: number; author: string; at: number; packed: Uint8Array }>;

/** A document as it was, as updates to apply in order; `epoch`: the one that it was read in. */
export type PastState = Readonly<{ epoch: number; updates: readonly Uint8Array[] }>;

export type Renewal = Readonly<{
	/** The document as it was read. */
	epoch: number;
	seq: number;
	/** The number of the new epoch. */
	next: number;
	/** Its first row: the whole document. */
	first: Readonly<{ author: string; at: number; state: Uint8Array; packed: Uint8Array }>;
	/** What was put aside under this name is all that is kept of the past. */
	past: string;
	retired: readonly number[];
	dueAt: number | null;
}>;

export type KeptDocument = Readonly<{
	doc: string;
	epoch: number;
	seq: number;
	retired: readonly number[];
	checkpoint: Readonly<{ seq: number; state: Uint8Array }> | null;
	rows: readonly Omit<StoredRow, 'doc'>[];
	snapshots: readonly Snapshot[];
}>;

/** Somebody wrote, or read on, in an epoch that has ended. */
export class StaleEpoch extends Error {
	override readonly name = 'StaleEpoch';
}
