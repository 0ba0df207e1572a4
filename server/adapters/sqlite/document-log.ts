import Database from 'better-sqlite3';
import type { AppendResult, LoadedDocument, NewRow, StoredRow } from '#server/ports/document-store';

/** What crosses the thread for a row's outcome: errors lose their class on the way. */
export type RowOutcome = Readonly<{ seq: number }> | Readonly<{ failed: string }>;

const TABLES = `
	CREATE TABLE IF NOT EXISTS head (
		doc TEXT PRIMARY KEY,
		seq INTEGER NOT NULL,
		checkpoint_seq INTEGER NOT NULL DEFAULT 0,
		checkpoint BLOB
	) STRICT;
	CREATE TABLE IF NOT EXISTS log (
		doc TEXT NOT NULL,
		seq INTEGER NOT NULL,
		author TEXT NOT NULL,
		at INTEGER NOT NULL,
		bytes BLOB NOT NULL,
		PRIMARY KEY (doc, seq)
	) STRICT;
`;
/** Raised when the tables change; a file with a higher number was written by a newer version. */
const VERSION = 1;

/** The log in one SQLite file, synchronously; `worker.ts` keeps it off the main thread. */
export class DocumentLog {
	readonly #database: Database.Database;
	readonly #statements: ReturnType<typeof prepare>;

	constructor(file: string) {
		this.#database = new Database(file, { timeout: 2_000 });
		// FULL: in write-ahead mode anything less syncs at checkpoints only, and a power cut takes acknowledged rows.
		this.#database.pragma('journal_mode = WAL');
		this.#database.pragma('synchronous = FULL');
		const version = Number(this.#database.pragma('user_version', { simple: true }));
		if (version > VERSION) {
			this.#database.close();
			throw new Error(`The document log ${file} was written by a newer version of Nabij than this one`);
		}
		this.#database.exec(TABLES);
		this.#database.pragma(`user_version = ${VERSION}`);
		this.#statements = prepare(this.#database);
	}

	/** One commit for all rows; one that SQLite refuses fails alone. Throws when nothing was written. */
	append(rows: readonly NewRow[]): RowOutcome[] {
		const database = this.#database;
		return database
			.transaction(() =>
				rows.map((row): RowOutcome => {
					try {
						return { seq: database.transaction(() => this.#appendOne(row))() };
					} catch (error) {
						// Whatever has ended the outer transaction (disk full, input or output error) concerns every row.
						if (!database.inTransaction || !concernsOneRow(error)) throw error;
						return { failed: error instanceof Error ? error.message : String(error) };
					}
				})
			)
			.immediate();
	}

	load(doc: string): LoadedDocument {
		const { head } = this.#statements;
		return this.#database.transaction(() => {
			const found = head.get(doc);
			if (!found) return { seq: 0, updates: [] };
			const rows = this.since(doc, found.checkpoint_seq);
			const updates = rows.map(({ update }) => update);
			return { seq: found.seq, updates: found.checkpoint ? [new Uint8Array(found.checkpoint), ...updates] : updates };
		})();
	}

	since(doc: string, after: number, most = -1): StoredRow[] {
		return this.#statements.since
			.all(doc, after, most)
			.map(({ seq, author, at, bytes }) => ({ doc, seq, author, at, update: new Uint8Array(bytes) }));
	}

	/** An older checkpoint than the one that stands changes nothing. */
	checkpoint(doc: string, seq: number, state: Uint8Array): void {
		this.#statements.checkpoint.run(seq, state, doc, seq, seq);
	}

	remove(doc: string): void {
		this.#database.transaction(() => {
			this.#statements.removeRows.run(doc);
			this.#statements.removeHead.run(doc);
		})();
	}

	/** Throws when the file cannot be read. */
	check(): void {
		this.#statements.head.get('');
	}

	close(): void {
		this.#database.close();
	}

	#appendOne({ doc, author, at, update }: NewRow): number {
		const counted = this.#statements.count.get(doc);
		if (!counted) throw new Error('the counter answered nothing');
		this.#statements.insert.run(doc, counted.seq, author, at, update);
		return counted.seq;
	}
}

/** The outcome as the port says it. */
export function toAppendResult(outcome: RowOutcome): AppendResult {
	return 'seq' in outcome ? outcome : { error: new Error(outcome.failed) };
}

function concernsOneRow(error: unknown): boolean {
	if (!(error instanceof Database.SqliteError)) return error instanceof TypeError || error instanceof RangeError;
	return ['SQLITE_CONSTRAINT', 'SQLITE_TOOBIG', 'SQLITE_MISMATCH', 'SQLITE_RANGE'].some((code) =>
		error.code.startsWith(code)
	);
}

type Head = { seq: number; checkpoint_seq: number; checkpoint: Buffer | null };
type Row = { seq: number; author: string; at: number; bytes: Buffer };

function prepare(database: Database.Database) {
	return {
		count: database.prepare<[string], { seq: number }>(
			`INSERT INTO head (doc, seq) VALUES (?, 1) ON CONFLICT (doc) DO UPDATE SET seq = seq + 1 RETURNING seq`
		),
		insert: database.prepare<[string, number, string, number, Uint8Array]>(
			`INSERT INTO log (doc, seq, author, at, bytes) VALUES (?, ?, ?, ?, ?)`
		),
		head: database.prepare<[string], Head>(`SELECT seq, checkpoint_seq, checkpoint FROM head WHERE doc = ?`),
		since: database.prepare<[string, number, number], Row>(
			`SELECT seq, author, at, bytes FROM log WHERE doc = ? AND seq > ? ORDER BY seq LIMIT ?`
		),
		checkpoint: database.prepare<[number, Uint8Array, string, number, number]>(
			`UPDATE head SET checkpoint_seq = ?, checkpoint = ? WHERE doc = ? AND checkpoint_seq < ? AND seq >= ?`
		),
		removeRows: database.prepare<[string]>(`DELETE FROM log WHERE doc = ?`),
		removeHead: database.prepare<[string]>(`DELETE FROM head WHERE doc = ?`)
	};
}
