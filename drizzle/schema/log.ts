import { bigint, customType, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/*
 * The log of the synced documents, for the PostgreSQL adapter of DocumentStore. On the embedded profile the log lives in
 * SQLite and these tables stay empty.
 */

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** One a document: the number of its newest row, and the merged state up to a row of it. */
export const logHead = pgTable('log_head', {
	doc: text('doc').primaryKey(),
	/** Counts up in the transaction that writes the rows; a sequence would commit out of order. */
	seq: integer('seq').notNull(),
	checkpointSeq: integer('checkpoint_seq').notNull().default(0),
	checkpoint: bytes('checkpoint')
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
