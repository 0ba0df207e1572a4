import Database from 'better-sqlite3';
import {
	NEVER_WRITTEN,
	StaleEpoch,
	type AppendResult,
	type KeptDocument,
	type LoadedDocument,
	type Moment,
	type NewRow,
	type PackedSnapshot,
	type PastState,
	type Renewal,
	type StoredRow
} from '#server/ports/document-store';
import { pack, unpack } from '../packed.ts';
import { prepare } from './statements.ts';
import { emptyJournal, openTables } from './tables.ts';

/** What crosses the thread for a row's outcome: errors lose their class on the way. */
export type RowOutcome = Readonly<{ seq: number }> | Readonly<{ failed: string; stale: boolean }>;

/** The log in one SQLite file, synchronously; `worker.ts` keeps it off the main thread. */
export class DocumentLog {
	readonly #database: Database.Database;
	readonly #statements: ReturnType<typeof prepare>;

	constructor(file: string) {
		this.#database = openTables(file);
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
						const failed = error instanceof Error ? error.message : String(error);
						return { failed, stale: error instanceof StaleEpoch };
					}
				})
			)
			.immediate();
	}

	load(doc: string): LoadedDocument {
		return this.#database.transaction(() => {
			const head = this.#statements.head.get(doc);
			if (!head) return NEVER_WRITTEN;
			const rows = this.since(doc, head.checkpoint_seq);
			const updates = rows.map(({ update }) => update);
			const checkpoint = this.#checkpointOf(doc);
			return {
				epoch: head.epoch,
				seq: head.seq,
				updates: checkpoint ? [checkpoint, ...updates] : updates,
				retired: this.#retiredOf(doc)
			};
		})();
	}

	epochsOf(docs: readonly string[]): number[] {
		return docs.map((doc) => this.#epochOf(doc));
	}

	/** Throws {@link StaleEpoch} when the document is of another epoch than that. */
	since(doc: string, after: number, most = -1, epoch: number | null = null): StoredRow[] {
		return this.#database.transaction(() => {
			const now = this.#epochOf(doc);
			if (epoch !== null && epoch !== now) throw new StaleEpoch(`${doc} is of epoch ${now}`);
			return this.#statements.since
				.all(doc, after, most)
				.map(({ seq, author, at, bytes }) => ({ doc, seq, author, at, update: new Uint8Array(bytes) }));
		})();
	}

	/** An older checkpoint than the one that stands changes nothing. */
	checkpoint(doc: string, epoch: number, seq: number, state: Uint8Array): void {
		this.#database
			.transaction(() => {
				if (this.#statements.countCheckpoint.run({ doc, epoch, seq }).changes > 0) {
					this.#statements.keepCheckpoint.run(doc, state);
				}
			})
			.immediate();
	}

	moments(doc: string, before: number, most: number): Moment[] {
		return this.#statements.moments
			.all({ doc, before, most })
			.map(({ whole, ...moment }) => ({ ...moment, whole: whole === 1 }));
	}

	stateAt(doc: string, seq: number): PastState | null {
		return this.#database.transaction(() => {
			const head = this.#statements.head.get(doc);
			if (!head || seq > head.seq) return null;
			const snapshot = this.#statements.snapshotAt.get(doc, seq);
			let base = snapshot ? { seq: snapshot.seq, state: unpack(snapshot.bytes) } : { seq: 0, state: null };
			if (head.checkpoint_seq > base.seq && head.checkpoint_seq <= seq) {
				base = { seq: head.checkpoint_seq, state: this.#checkpointOf(doc) };
			}
			const rows = this.since(doc, base.seq, seq - base.seq);
			// Between two moments that are kept rows may be gone.
			if (rows.length !== seq - base.seq || (rows.at(-1)?.seq ?? seq) !== seq || seq === 0) return null;
			const updates = rows.map(({ update }) => update);
			return { epoch: head.epoch, updates: base.state ? [base.state, ...updates] : updates };
		})();
	}

	keepSnapshot(doc: string, epoch: number, snapshot: PackedSnapshot): void {
		this.#statements.keepSnapshot.run({ doc, epoch, ...snapshot });
	}

	stage(doc: string, epoch: number, past: string, snapshot: PackedSnapshot): void {
		this.#statements.stage.run({ doc, epoch, past, ...snapshot });
	}

	unstage(doc: string, past: string): void {
		this.#statements.unstage.run({ doc, past });
	}

	dropSnapshots(doc: string, epoch: number, seqs: readonly number[]): void {
		this.#database.transaction(() => {
			for (const seq of seqs) this.#statements.dropSnapshot.run(doc, seq, doc, epoch);
		})();
	}

	dropRows(doc: string, epoch: number, seq: number): void {
		this.#statements.dropRows.run({ doc, epoch, seq });
	}

	/** Nothing of what was before is left in the tables afterwards: what is freed is overwritten. See {@link emptyJournal}. */
	renew(doc: string, { epoch, seq, next, first, past, retired, dueAt }: Renewal): boolean {
		return this.#database
			.transaction(() => {
				const head = this.#statements.head.get(doc);
				if (head?.epoch !== epoch || head.seq !== seq) return false;
				this.#statements.removeRows.run(doc);
				this.#statements.removeOtherPasts.run(doc, past);
				const { author, at, state, packed } = first;
				this.#statements.insert.run(doc, seq + 1, author, at, state);
				this.stage(doc, epoch, past, { seq: seq + 1, author, at, packed });
				this.#statements.keepCheckpoint.run(doc, first.state);
				this.#statements.keepRetired.run(doc, JSON.stringify(retired));
				this.#statements.renewHead.run({ doc, epoch: next, seq: seq + 1, past, dueAt });
				return true;
			})
			.immediate();
	}

	toExamine(now: number, restingSince: number, most: number): string[] {
		return this.#statements.toExamine.all({ now, restingSince, most }).map(({ doc }) => doc);
	}

	examined(doc: string, epoch: number, seq: number, dueAt: number | null): void {
		this.#statements.examined.run(seq, dueAt, doc, epoch);
	}

	documents(after: string, most: number): string[] {
		return this.#statements.documents.all(after, most).map(({ doc }) => doc);
	}

	read(doc: string): KeptDocument | null {
		return this.#database.transaction(() => {
			const head = this.#statements.head.get(doc);
			if (!head) return null;
			const checkpoint = this.#checkpointOf(doc);
			return {
				doc,
				epoch: head.epoch,
				seq: head.seq,
				retired: this.#retiredOf(doc),
				checkpoint: checkpoint ? { seq: head.checkpoint_seq, state: checkpoint } : null,
				rows: this.since(doc, 0).map(({ seq, author, at, update }) => ({ seq, author, at, update })),
				snapshots: this.#statements.snapshots
					.all(doc)
					.map(({ seq, author, at, bytes }) => ({ seq, author, at, state: unpack(bytes) }))
			};
		})();
	}

	write({ doc, epoch, seq, retired, checkpoint, rows, snapshots }: KeptDocument): void {
		this.#database
			.transaction(() => {
				this.#statements.writeHead.run(doc, epoch, seq, checkpoint?.seq ?? 0);
				this.#statements.keepRetired.run(doc, JSON.stringify(retired));
				if (checkpoint) this.#statements.keepCheckpoint.run(doc, checkpoint.state);
				for (const row of rows) this.#statements.insert.run(doc, row.seq, row.author, row.at, row.update);
				for (const { seq: at, author, ...one } of snapshots) {
					this.keepSnapshot(doc, epoch, { seq: at, author, at: one.at, packed: pack(one.state) });
				}
			})
			.immediate();
	}

	remove(doc: string): void {
		this.#database.transaction(() => {
			this.#statements.removeRows.run(doc);
			this.#statements.removeSnapshots.run(doc);
			this.#statements.removeCheckpoint.run(doc);
			this.#statements.removeRetired.run(doc);
			this.#statements.removeHead.run(doc);
		})();
	}

	/** It holds old pages until they are written over. Where somebody is reading it stays; it is emptied the next time. */
	emptyJournal(): void {
		emptyJournal(this.#database);
	}

	/** Throws when the file cannot be read. */
	check(): void {
		this.#statements.head.get('');
	}

	close(): void {
		this.#database.close();
	}

	#epochOf(doc: string): number {
		return this.#statements.epoch.get(doc)?.epoch ?? 1;
	}

	#checkpointOf(doc: string): Uint8Array | null {
		const kept = this.#statements.checkpoint.get(doc);
		return kept ? new Uint8Array(kept.state) : null;
	}

	#retiredOf(doc: string): readonly number[] {
		return JSON.parse(this.#statements.retired.get(doc)?.clients ?? '[]') as readonly number[];
	}

	#appendOne({ doc, epoch, author, at, update }: NewRow): number {
		const counted = this.#statements.count.get(doc);
		if (!counted) throw new Error('the counter answered nothing');
		if (epoch !== undefined && epoch !== counted.epoch) throw new StaleEpoch(`${doc} is of epoch ${counted.epoch}`);
		this.#statements.insert.run(doc, counted.seq, author, at, update);
		return counted.seq;
	}
}

/** The outcome as the port says it. */
export function toAppendResult(outcome: RowOutcome): AppendResult {
	if ('seq' in outcome) return outcome;
	return { error: outcome.stale ? new StaleEpoch(outcome.failed) : new Error(outcome.failed) };
}

function concernsOneRow(error: unknown): boolean {
	if (error instanceof StaleEpoch) return true;
	if (!(error instanceof Database.SqliteError)) return error instanceof TypeError || error instanceof RangeError;
	return ['SQLITE_CONSTRAINT', 'SQLITE_TOOBIG', 'SQLITE_MISMATCH', 'SQLITE_RANGE'].some((code) =>
		error.code.startsWith(code)
	);
}
