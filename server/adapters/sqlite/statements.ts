import type Database from 'better-sqlite3';
import type { Moment } from '#server/ports/document-store';

type Head = {
	epoch: number;
	seq: number;
	checkpoint_seq: number;
};
type Row = { seq: number; author: string; at: number; bytes: Buffer };

/** The snapshots that a document has: those of the past that its head names. */
const KEPT = `(SELECT s.doc, s.seq, s.author, s.at, s.bytes FROM snapshot s JOIN head h ON h.doc = s.doc AND h.past = s.past)`;

type Inserted = Readonly<{ doc: string; epoch: number; seq: number; author: string; at: number; packed: Uint8Array }>;

/** Everything the document log asks of its tables. */
export function prepare(database: Database.Database) {
	return {
		count: database.prepare<[string], { seq: number; epoch: number }>(
			`INSERT INTO head (doc, seq) VALUES (?, 1) ON CONFLICT (doc) DO UPDATE SET seq = seq + 1 RETURNING seq, epoch`
		),
		insert: database.prepare<[string, number, string, number, Uint8Array]>(
			`INSERT INTO log (doc, seq, author, at, bytes) VALUES (?, ?, ?, ?, ?)`
		),
		head: database.prepare<[string], Head>(`SELECT epoch, seq, checkpoint_seq FROM head WHERE doc = ?`),
		epoch: database.prepare<[string], { epoch: number }>(`SELECT epoch FROM head WHERE doc = ?`),
		since: database.prepare<[string, number, number], Row>(
			`SELECT seq, author, at, bytes FROM log WHERE doc = ? AND seq > ? ORDER BY seq LIMIT ?`
		),
		checkpoint: database.prepare<[string], { state: Buffer }>(`SELECT state FROM checkpoint WHERE doc = ?`),
		countCheckpoint: database.prepare<[{ doc: string; epoch: number; seq: number }]>(
			`UPDATE head SET checkpoint_seq = @seq
			 WHERE doc = @doc AND epoch = @epoch AND checkpoint_seq < @seq AND seq >= @seq`
		),
		keepCheckpoint: database.prepare<[string, Uint8Array]>(
			`INSERT INTO checkpoint (doc, state) VALUES (?, ?) ON CONFLICT (doc) DO UPDATE SET state = excluded.state`
		),
		retired: database.prepare<[string], { clients: string }>(`SELECT clients FROM retired WHERE doc = ?`),
		keepRetired: database.prepare<[string, string]>(
			`INSERT INTO retired (doc, clients) VALUES (?, ?) ON CONFLICT (doc) DO UPDATE SET clients = excluded.clients`
		),
		moments: database.prepare<
			[{ doc: string; before: number; most: number }],
			Omit<Moment, 'whole'> & { whole: 0 | 1 }
		>(
			`SELECT seq, author, at, length(bytes) AS bytes,
			        EXISTS (SELECT 1 FROM ${KEPT} s WHERE s.doc = l.doc AND s.seq = l.seq) AS whole
			 FROM log l WHERE doc = @doc AND seq < @before
			 UNION ALL
			 SELECT seq, author, at, length(bytes), 1 FROM ${KEPT} s WHERE doc = @doc AND seq < @before
			 AND NOT EXISTS (SELECT 1 FROM log l WHERE l.doc = s.doc AND l.seq = s.seq)
			 ORDER BY seq DESC LIMIT @most`
		),
		snapshotAt: database.prepare<[string, number], Row>(
			`SELECT seq, author, at, bytes FROM ${KEPT} WHERE doc = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`
		),
		snapshots: database.prepare<[string], Row>(`SELECT seq, author, at, bytes FROM ${KEPT} WHERE doc = ? ORDER BY seq`),
		keepSnapshot: database.prepare<[Inserted]>(
			`INSERT INTO snapshot (doc, past, seq, author, at, bytes) SELECT doc, past, @seq, @author, @at, @packed
			 FROM head WHERE doc = @doc AND epoch = @epoch ON CONFLICT DO NOTHING`
		),
		stage: database.prepare<[Inserted & Readonly<{ past: string }>]>(
			`INSERT INTO snapshot (doc, past, seq, author, at, bytes) SELECT doc, @past, @seq, @author, @at, @packed
			 FROM head WHERE doc = @doc AND epoch = @epoch ON CONFLICT DO NOTHING`
		),
		unstage: database.prepare<[{ doc: string; past: string }]>(
			`DELETE FROM snapshot WHERE doc = @doc AND past = @past
			 AND NOT EXISTS (SELECT 1 FROM head h WHERE h.doc = @doc AND h.past = @past)`
		),
		dropSnapshot: database.prepare<[string, number, string, number]>(
			`DELETE FROM snapshot WHERE doc = ? AND seq = ? AND past = (SELECT past FROM head WHERE doc = ? AND epoch = ?)`
		),
		dropRows: database.prepare<[{ doc: string; epoch: number; seq: number }]>(
			`DELETE FROM log WHERE doc = @doc AND seq <= @seq
			 AND EXISTS (SELECT 1 FROM head h WHERE h.doc = @doc AND h.epoch = @epoch AND h.checkpoint_seq >= @seq
			             AND h.seq > @seq)
			 AND EXISTS (SELECT 1 FROM ${KEPT} s WHERE s.doc = @doc AND s.seq = @seq)`
		),
		renewHead: database.prepare<[{ doc: string; epoch: number; seq: number; past: string; dueAt: number | null }]>(
			`UPDATE head SET epoch = @epoch, seq = @seq, past = @past, checkpoint_seq = @seq, examined_seq = @seq,
			 due_at = @dueAt WHERE doc = @doc`
		),
		toExamine: database.prepare<[{ now: number; restingSince: number; most: number }], { doc: string }>(
			`SELECT h.doc FROM head h LEFT JOIN log l ON l.doc = h.doc AND l.seq = h.seq
			 WHERE h.due_at <= @now OR (h.examined_seq < h.seq AND coalesce(l.at, 0) < @restingSince)
			 ORDER BY h.doc LIMIT @most`
		),
		examined: database.prepare<[number, number | null, string, number]>(
			`UPDATE head SET examined_seq = ?, due_at = ? WHERE doc = ? AND epoch = ?`
		),
		documents: database.prepare<[string, number], { doc: string }>(
			`SELECT doc FROM head WHERE doc > ? ORDER BY doc LIMIT ?`
		),
		writeHead: database.prepare<[string, number, number, number]>(
			`INSERT INTO head (doc, epoch, seq, checkpoint_seq) VALUES (?, ?, ?, ?)`
		),
		removeRows: database.prepare<[string]>(`DELETE FROM log WHERE doc = ?`),
		removeOtherPasts: database.prepare<[string, string]>(`DELETE FROM snapshot WHERE doc = ? AND past <> ?`),
		removeSnapshots: database.prepare<[string]>(`DELETE FROM snapshot WHERE doc = ?`),
		removeCheckpoint: database.prepare<[string]>(`DELETE FROM checkpoint WHERE doc = ?`),
		removeRetired: database.prepare<[string]>(`DELETE FROM retired WHERE doc = ?`),
		removeHead: database.prepare<[string]>(`DELETE FROM head WHERE doc = ?`)
	};
}
