/**
 * The log of every synced document: rows of Yjs updates, numbered without gaps within a document. It alone decides what
 * is durable; nothing reaches a peer before `append` has answered for it.
 *
 * A row is one sender's updates of one tick. Adapters: `sqlite` (embedded), `postgres` (grown); both pass
 * `tests/contract/document-store.ts`.
 */
export interface DocumentStore {
	/**
	 * Appends rows of any number of documents in one commit and answers, in the same order, each row's number within its
	 * document, or an error for a row that failed alone. Rejects only when nothing at all was written (disk full, the
	 * engine gone); then every row may be tried again.
	 */
	append(rows: readonly NewRow[]): Promise<readonly AppendResult[]>;
	/**
	 * Everything needed to rebuild the document at its newest: the last checkpoint, if any, and the rows after it, in
	 * order. A document never written has `seq` 0 and no updates.
	 */
	load(doc: string): Promise<LoadedDocument>;
	/** Rows with a number above `after`, in order: what a node missed. `most`: no more than so many. */
	since(doc: string, after: number, most?: number): Promise<readonly StoredRow[]>;
	/** Keeps the merged state up to and including row `seq`, so that loading need not read older rows. Rows stay (history). */
	checkpoint(doc: string, seq: number, state: Uint8Array): Promise<void>;
	/** Removes everything of a document. */
	remove(doc: string): Promise<void>;
	/** Whether the store answers right now. */
	healthy(): Promise<boolean>;
	close(): Promise<void>;
}

export type NewRow = Readonly<{ doc: string; author: string; at: number; update: Uint8Array }>;
export type StoredRow = NewRow & Readonly<{ seq: number }>;
export type AppendResult = Readonly<{ seq: number }> | Readonly<{ error: Error }>;
export type LoadedDocument = Readonly<{
	/** The newest row's number; 0 for a document never written. */
	seq: number;
	/** Apply in this order. */
	updates: readonly Uint8Array[];
}>;
