import type pg from 'pg';
import type { Records } from '#schema/records';
import type { Log } from '#server/log';
import {
	NEVER_WRITTEN,
	StaleEpoch,
	type AppendResult,
	type DocumentStore,
	type NewRow,
	type StoredRow
} from '#server/ports/document-store';
import { inBoundedBatches } from '../bounded-batches.ts';
import { createPostgresHistory } from './document-history.ts';
import { inDurableTransaction } from './in-transaction.ts';
import { Sweeping } from './sweeping.ts';

type Opened = Pick<Records, 'pool' | 'atLength'>;
type Counted = { doc: string; seq: number; epoch: number };
type Head = { epoch: number; head: number; checkpoint: Buffer | null; retired: string[]; update: Buffer | null };
type Row = { seq: number; author: string; at: string; update: Buffer };

const COUNT = `
	INSERT INTO log_head (doc, seq) SELECT * FROM unnest($1::text[], $2::int[]) ORDER BY 1
	ON CONFLICT (doc) DO UPDATE SET seq = log_head.seq + excluded.seq RETURNING doc, seq, epoch`;
const INSERT = `
	INSERT INTO log_row (doc, seq, author, at, update)
	SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::bytea[])`;
// With the epoch, in one statement and so as of one moment: a head without rows is a row without a number.
const ROWS_AFTER = `
	SELECT h.epoch, r.seq, r.author, r.at, r.update FROM log_head h
	LEFT JOIN log_row r ON r.doc = h.doc AND r.seq > $2 WHERE h.doc = $1 ORDER BY r.seq LIMIT $3`;

/** The document log in the records' PostgreSQL, in tables of its own (`drizzle/schema/log`). The pool stays the caller's. */
export function createPostgresDocumentStore({ pool, atLength }: Opened, log: Log): DocumentStore {
	const sweeping = new Sweeping(atLength, log);
	return {
		...createPostgresHistory(pool, sweeping),
		append: (rows) => inBoundedBatches(rows, (batch) => appendBatch(pool, batch)),
		async load(doc) {
			// One statement, so one snapshot: a checkpoint made meanwhile cannot fall between the head and the rows.
			const answer = await pool.query<Head>(
				`SELECT h.epoch, h.seq AS head, h.retired,
				        CASE WHEN r.seq IS NULL OR r.seq = min(r.seq) OVER () THEN h.checkpoint END AS checkpoint, r.update
				 FROM log_head h LEFT JOIN log_row r ON r.doc = h.doc AND r.seq > h.checkpoint_seq
				 WHERE h.doc = $1 ORDER BY r.seq`,
				[doc]
			);
			const [first] = answer.rows;
			if (!first) return NEVER_WRITTEN;
			const updates = answer.rows.flatMap(({ update }) => (update ? [new Uint8Array(update)] : []));
			const checkpoint = first.checkpoint ? [new Uint8Array(first.checkpoint)] : [];
			return {
				epoch: first.epoch,
				seq: first.head,
				updates: [...checkpoint, ...updates],
				retired: first.retired.map(Number)
			};
		},
		async epochsOf(docs) {
			const { rows } = await pool.query<{ doc: string; epoch: number }>(
				'SELECT doc, epoch FROM log_head WHERE doc = ANY($1)',
				[docs]
			);
			const epochs = new Map(rows.map(({ doc, epoch }) => [doc, epoch]));
			return docs.map((doc) => epochs.get(doc) ?? 1);
		},
		async since(doc, after, most, epoch) {
			const answer = await pool.query<Row & { epoch: number; seq: number | null }>(ROWS_AFTER, [
				doc,
				after,
				most ?? null
			]);
			const [first] = answer.rows;
			if (first && epoch !== undefined && first.epoch !== epoch) {
				throw new StaleEpoch(`${doc} is of epoch ${first.epoch}`);
			}
			return answer.rows
				.filter(({ seq }) => seq !== null)
				.map(({ seq, author, at, update }): StoredRow => ({
					doc,
					seq,
					author,
					at: Number(at),
					update: new Uint8Array(update)
				}));
		},
		async checkpoint(doc, epoch, seq, state) {
			await pool.query(
				`UPDATE log_head SET checkpoint_seq = $3, checkpoint = $4
				 WHERE doc = $1 AND epoch = $2 AND checkpoint_seq < $3 AND seq >= $3`,
				[doc, epoch, seq, Buffer.from(state)]
			);
		},
		async remove(doc) {
			// The head first: it is what an append locks, so none comes between.
			await inDurableTransaction(pool, async (client) => {
				await client.query('DELETE FROM log_head WHERE doc = $1', [doc]);
				await client.query('DELETE FROM log_row WHERE doc = $1', [doc]);
				await client.query('DELETE FROM log_snapshot WHERE doc = $1', [doc]);
			});
			sweeping.ask();
		},
		healthy: () =>
			pool.query('SELECT 1 FROM log_head LIMIT 1').then(
				() => true,
				() => false
			),
		close: () => sweeping.close()
	};
}

/** One commit for the batch; where PostgreSQL refuses a row, row by row, so that it fails alone. */
async function appendBatch(pool: pg.Pool, rows: readonly NewRow[]): Promise<readonly AppendResult[]> {
	return inDurableTransaction(pool, async (client) => {
		await client.query('SAVEPOINT whole');
		try {
			return await appendRows(client, rows);
		} catch (error) {
			if (!concernsOneRow(error)) throw error;
			await client.query('ROLLBACK TO SAVEPOINT whole');
		}
		const results = new Array<AppendResult>(rows.length);
		// By document, as the counters are locked everywhere: two nodes in different orders would wait for each other.
		const order = rows.map((row, at) => ({ row, at })).sort((a, b) => compare(a.row.doc, b.row.doc) || a.at - b.at);
		for (const { row, at } of order) results[at] = await appendAlone(client, row);
		return results;
	});
}

async function appendAlone(client: pg.PoolClient, row: NewRow): Promise<AppendResult> {
	await client.query('SAVEPOINT one');
	try {
		const [result] = await appendRows(client, [row]);
		return result ?? { error: new Error('the log answered nothing') };
	} catch (error) {
		if (!concernsOneRow(error)) throw error;
		await client.query('ROLLBACK TO SAVEPOINT one');
		return { error: error instanceof Error ? error : new Error(String(error)) };
	}
}

async function appendRows(client: pg.PoolClient, rows: readonly NewRow[]): Promise<readonly AppendResult[]> {
	const sizes = new Map<string, number>();
	for (const { doc } of rows) sizes.set(doc, (sizes.get(doc) ?? 0) + 1);
	const counted = await client.query<Counted>(COUNT, [[...sizes.keys()], [...sizes.values()]]);
	const next = new Map(counted.rows.map(({ doc, seq }) => [doc, seq - (sizes.get(doc) ?? 0)]));
	const epochs = new Map(counted.rows.map(({ doc, epoch }) => [doc, epoch]));
	const stale = rows.find(({ doc, epoch }) => epoch !== undefined && epoch !== epochs.get(doc));
	if (stale) throw new StaleEpoch(`${stale.doc} is of epoch ${epochs.get(stale.doc)}`);
	const numbers = rows.map(({ doc }) => {
		const seq = (next.get(doc) ?? 0) + 1;
		next.set(doc, seq);
		return seq;
	});
	await client.query(INSERT, [
		rows.map(({ doc }) => doc),
		numbers,
		rows.map(({ author }) => author),
		rows.map(({ at }) => at),
		rows.map(({ update }) => Buffer.from(update.buffer, update.byteOffset, update.byteLength))
	]);
	return numbers.map((seq) => ({ seq }));
}

/** Data exceptions (class 22), broken constraints (23), values beyond a limit (54). */
function concernsOneRow(error: unknown): boolean {
	if (error instanceof StaleEpoch) return true;
	return error instanceof Error && 'code' in error && /^(22|23|54)/.test(String(error.code));
}

function compare(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
