import type pg from 'pg';
import type { DocumentStore, Moment, PackedSnapshot, PastState, Snapshot } from '#server/ports/document-store';
import { pack, unpack } from '../packed.ts';
import { inDurableTransaction, inTransaction } from './in-transaction.ts';
import type { Sweeping } from './sweeping.ts';

type History = Pick<
	DocumentStore,
	| 'moments'
	| 'stateAt'
	| 'keepSnapshot'
	| 'dropSnapshots'
	| 'dropRows'
	| 'stage'
	| 'unstage'
	| 'renew'
	| 'toExamine'
	| 'examined'
	| 'documents'
	| 'read'
	| 'write'
>;
type Head = {
	epoch: number;
	seq: number;
	checkpoint_seq: number;
	checkpoint: Buffer | null;
	retired: string[];
};
type Kept = { seq: number; author: string; at: string; state: Buffer; packed: boolean };

const HEAD = 'SELECT epoch, seq, checkpoint_seq, checkpoint, retired FROM log_head WHERE doc = $1';
// The snapshots that a document has: those of the past that its head names.
const KEPT = '(SELECT s.* FROM log_snapshot s JOIN log_head h ON h.doc = s.doc AND h.past = s.past)';
// Locked, or a renewal under way would not be seen, and this come after all that it replaces.
const KEEP = `
	INSERT INTO log_snapshot (doc, past, seq, author, at, state, packed) SELECT $1, coalesce($7::text, past), $2, $3, $4, $5, true
	FROM log_head WHERE doc = $1 AND epoch = $6 FOR SHARE ON CONFLICT DO NOTHING`;

/** The past of documents, and the beginning of new epochs, in PostgreSQL. */
export function createPostgresHistory(pool: pg.Pool, sweeping: Pick<Sweeping, 'ask'>): History {
	return {
		async moments(doc, { before, most }) {
			const { rows } = await pool.query<Omit<Moment, 'at'> & { at: string }>(
				`SELECT seq, author, at, octet_length(update) AS bytes,
				        EXISTS (SELECT FROM ${KEPT} s WHERE s.doc = r.doc AND s.seq = r.seq) AS whole
				 FROM log_row r WHERE doc = $1 AND seq < $2
				 UNION ALL
				 SELECT seq, author, at, octet_length(state), true FROM ${KEPT} s WHERE doc = $1 AND seq < $2
				 AND NOT EXISTS (SELECT FROM log_row r WHERE r.doc = s.doc AND r.seq = s.seq)
				 ORDER BY seq DESC LIMIT $3`,
				[doc, before ?? 2 ** 31 - 1, most]
			);
			return rows.map(({ at, ...moment }) => ({ ...moment, at: Number(at) }));
		},
		stateAt: (doc, seq) => asOfOneMoment(pool, (client) => stateAt(client, doc, seq)),
		async keepSnapshot(doc, epoch, snapshot) {
			await pool.query(KEEP, [...packedOf(doc, snapshot), epoch, null]);
		},
		async stage(doc, epoch, past, snapshot) {
			await pool.query(KEEP, [...packedOf(doc, snapshot), epoch, past]);
		},
		async unstage(doc, past) {
			await pool.query(
				`DELETE FROM log_snapshot WHERE doc = $1 AND past = $2
				 AND NOT EXISTS (SELECT FROM log_head WHERE doc = $1 AND past = $2)`,
				[doc, past]
			);
		},
		// What a renewal puts in their place while these two are under way they do not see.
		async dropSnapshots(doc, epoch, seqs) {
			await pool.query(
				`DELETE FROM log_snapshot WHERE doc = $1 AND seq = ANY($3::int[])
				 AND past = (SELECT past FROM log_head WHERE doc = $1 AND epoch = $2)`,
				[doc, epoch, [...seqs]]
			);
		},
		async dropRows(doc, epoch, seq) {
			await pool.query(
				`DELETE FROM log_row WHERE doc = $1 AND seq <= $3
				 AND EXISTS (SELECT FROM log_head h WHERE h.doc = $1 AND h.epoch = $2 AND h.checkpoint_seq >= $3 AND h.seq > $3)
				 AND EXISTS (SELECT FROM ${KEPT} s WHERE s.doc = $1 AND s.seq = $3)`,
				[doc, epoch, seq]
			);
		},
		async renew(doc, { epoch, seq, next, first, past, retired, dueAt }) {
			const done = await inDurableTransaction(pool, async (client) => {
				const { rows } = await client.query<Head>(`${HEAD} FOR UPDATE`, [doc]);
				if (rows[0]?.epoch !== epoch || rows[0].seq !== seq) return false;
				await client.query('DELETE FROM log_row WHERE doc = $1', [doc]);
				await client.query('DELETE FROM log_snapshot WHERE doc = $1 AND past <> $2', [doc, past]);
				const state = Buffer.from(first.state);
				await client.query('INSERT INTO log_row (doc, seq, author, at, update) VALUES ($1, $2, $3, $4, $5)', [
					doc,
					seq + 1,
					first.author,
					first.at,
					state
				]);
				await client.query(KEEP, [...packedOf(doc, { ...first, seq: seq + 1 }), epoch, past]);
				await client.query(
					`UPDATE log_head SET epoch = $2, seq = $3, checkpoint_seq = $3, checkpoint = $4, retired = $5,
					        examined_seq = $3, due_at = $6, past = $7 WHERE doc = $1`,
					[doc, next, seq + 1, state, [...retired], dueAt, past]
				);
				return true;
			});
			if (done) sweeping.ask();
			return done;
		},
		async toExamine({ now, restingSince, most }) {
			const { rows } = await pool.query<{ doc: string }>(
				`SELECT h.doc FROM log_head h LEFT JOIN log_row r ON r.doc = h.doc AND r.seq = h.seq
				 WHERE h.due_at <= $1 OR (h.examined_seq < h.seq AND coalesce(r.at, 0) < $2) ORDER BY h.doc LIMIT $3`,
				[now, restingSince, most]
			);
			return rows.map(({ doc }) => doc);
		},
		async examined(doc, epoch, seq, dueAt) {
			await pool.query('UPDATE log_head SET examined_seq = $3, due_at = $4 WHERE doc = $1 AND epoch = $2', [
				doc,
				epoch,
				seq,
				dueAt
			]);
		},
		async documents(after, most) {
			const { rows } = await pool.query<{ doc: string }>(
				`SELECT doc FROM log_head WHERE doc COLLATE "C" > $1 ORDER BY doc COLLATE "C" LIMIT $2`,
				[after, most]
			);
			return rows.map(({ doc }) => doc);
		},
		read: (doc) =>
			asOfOneMoment(pool, async (client) => {
				const head = (await client.query<Head>(HEAD, [doc])).rows[0];
				if (!head) return null;
				const rows = await client.query<Kept>(
					'SELECT seq, author, at, update AS state, false AS packed FROM log_row WHERE doc = $1 ORDER BY seq',
					[doc]
				);
				const snapshots = await client.query<Kept>(
					`SELECT seq, author, at, state, packed FROM ${KEPT} s WHERE doc = $1 ORDER BY seq`,
					[doc]
				);
				const { epoch, seq, checkpoint, checkpoint_seq, retired } = head;
				return {
					doc,
					epoch,
					seq,
					retired: retired.map(Number),
					checkpoint: checkpoint && { seq: checkpoint_seq, state: new Uint8Array(checkpoint) },
					rows: rows.rows.map(toSnapshot).map(({ state, ...row }) => ({ ...row, update: state })),
					snapshots: snapshots.rows.map(toSnapshot)
				};
			}),
		async write({ doc, epoch, seq, retired, checkpoint, rows, snapshots }) {
			await inDurableTransaction(pool, async (client) => {
				await client.query(
					`INSERT INTO log_head (doc, epoch, seq, checkpoint_seq, checkpoint, retired) VALUES ($1, $2, $3, $4, $5, $6)`,
					[doc, epoch, seq, checkpoint?.seq ?? 0, checkpoint && Buffer.from(checkpoint.state), [...retired]]
				);
				for (const row of rows) {
					await client.query('INSERT INTO log_row (doc, seq, author, at, update) VALUES ($1, $2, $3, $4, $5)', [
						doc,
						row.seq,
						row.author,
						row.at,
						bufferOf(row.update)
					]);
				}
				for (const one of snapshots)
					await client.query(KEEP, [...packedOf(doc, { ...one, packed: pack(one.state) }), epoch, null]);
			});
		}
	};
}

async function stateAt(client: pg.PoolClient, doc: string, seq: number): Promise<PastState | null> {
	const head = (await client.query<Head>(HEAD, [doc])).rows[0];
	if (!head || seq > head.seq || seq < 1) return null;
	const found = await client.query<Kept>(
		`SELECT seq, author, at, state, packed FROM ${KEPT} s WHERE doc = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1`,
		[doc, seq]
	);
	const [snapshot] = found.rows.map(toSnapshot);
	let base: Readonly<{ seq: number; state: Uint8Array | null }> = snapshot ?? { seq: 0, state: null };
	if (head.checkpoint && head.checkpoint_seq > base.seq && head.checkpoint_seq <= seq) {
		base = { seq: head.checkpoint_seq, state: new Uint8Array(head.checkpoint) };
	}
	const { rows } = await client.query<{ update: Buffer }>(
		'SELECT update FROM log_row WHERE doc = $1 AND seq > $2 AND seq <= $3 ORDER BY seq',
		[doc, base.seq, seq]
	);
	// Between two moments that are kept rows may be gone.
	if (rows.length !== seq - base.seq) return null;
	const updates = rows.map(({ update }) => new Uint8Array(update));
	return { epoch: head.epoch, updates: base.state ? [base.state, ...updates] : updates };
}

function asOfOneMoment<T>(pool: pg.Pool, read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	return inTransaction(pool, async (client) => {
		await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
		return read(client);
	});
}

function packedOf(doc: string, { seq, author, at, packed }: PackedSnapshot): unknown[] {
	return [doc, seq, author, at, bufferOf(packed)];
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
	return Buffer.from(buffer, byteOffset, byteLength);
}

function toSnapshot({ seq, author, at, state, packed }: Kept): Snapshot {
	return { seq, author, at: Number(at), state: packed ? unpack(state) : new Uint8Array(state) };
}
