import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/*
 * The log of the synced documents, for the PostgreSQL adapter of DocumentStore. On the embedded profile the log lives in
 * SQLite and these tables stay empty.
 */

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** One a document: the number of its newest row, and the merged state up to a row of it. */
export const logHead = pgTable('log_head', {
	doc: text('doc').primaryKey(),
	/** Which life of a Y.Doc it is; each purge begins another. */
	epoch: integer('epoch').notNull().default(1),
	/** Counts up in the transaction that writes the rows; a sequence would commit out of order. */
	seq: integer('seq').notNull(),
	/** Which snapshots are the document's: those of this name. */
	past: text('past').notNull().default(''),
	checkpointSeq: integer('checkpoint_seq').notNull().default(0),
	checkpoint: bytes('checkpoint'),
	/** ClientIDs of earlier epochs. Not integers: Yjs allows up to 2^53. */
	retired: bigint('retired', { mode: 'number' })
		.array()
		.notNull()
		.default(sql`'{}'`),
	/** Up to which row the document was looked after, and when at the latest to look again (ms since 1970 UTC). */
	examinedSeq: integer('examined_seq').notNull().default(0),
	dueAt: bigint('due_at', { mode: 'number' })
});

/** One sender's updates of one tick. */
export const logRow = pgTable(
	'log_row',
	{
		doc: text('doc').notNull(),
		seq: integer('seq').notNull(),
		author: text('author').notNull(),
		/** Milliseconds since 1970 UTC. */
		at: bigint('at', { mode: 'number' }).notNull(),
		update: bytes('update').notNull()
	},
	(t) => [primaryKey({ columns: [t.doc, t.seq] })]
);

/** The whole state at a moment that is kept of the past. */
export const logSnapshot = pgTable(
	'log_snapshot',
	{
		doc: text('doc').notNull(),
		/** Those of another past than the head names are being put aside for a renewal. */
		past: text('past').notNull().default(''),
		seq: integer('seq').notNull(),
		author: text('author').notNull(),
		/** Milliseconds since 1970 UTC. */
		at: bigint('at', { mode: 'number' }).notNull(),
		state: bytes('state').notNull(),
		/** Whether the state is packed; those of the first days are not. */
		packed: boolean('packed').notNull().default(false)
	},
	(t) => [primaryKey({ columns: [t.doc, t.past, t.seq] })]
);
