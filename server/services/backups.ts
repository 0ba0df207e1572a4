import { is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import * as schema from '#schema/index';
import type { Db } from '#schema/db';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { documentLines, documentsIn, headerLine, rowLine, sealed, type BackupLine } from './backup-format.ts';

/** Rows that go into one statement. */
const ROWS = 500;
const PAGE = 500;

/** Where it goes must be empty; the message is a sentence. */
export class NotEmpty extends Error {
	override readonly name = 'NotEmpty';
}

export type Backups = ReturnType<typeof createBackups>;

type Deps = Readonly<{
	db: Db;
	store: DocumentStore;
	clock: Clock;
	version: string;
	secret: string | null;
}>;

type Restored = Readonly<{ rows: number; documents: number }>;

/** Everything that is kept, written out and read back: records first, then the documents that they name. */
export function createBackups({ db, store, clock, version, secret }: Deps) {
	async function* lines(): AsyncGenerator<string> {
		yield headerLine({ version, at: new Date(clock.now()).toISOString(), secret });
		const documents: string[] = [];
		// All at once: on the embedded engine nobody else is answered while a transaction is open.
		for (const { table, rows } of await readTables(db)) {
			for (const row of rows) {
				if (table === DOCUMENTS) documents.push((JSON.parse(row) as { id: string }).id);
				yield rowLine(table, row);
			}
		}
		for (const doc of documents) {
			const kept = await store.read(doc);
			if (kept) yield* documentLines(kept);
		}
	}

	/** Documents that a restore left which was broken off: no record names them, since there are none. */
	async function clearDocuments(): Promise<void> {
		for (;;) {
			const found = await store.documents('', PAGE);
			if (found.length === 0) return;
			for (const doc of found) await store.remove(doc);
		}
	}

	return {
		/** All lines of a backup, as of now, while everything goes on. */
		write: (): AsyncGenerator<string> => sealed(lines()),
		/** Throws {@link NotEmpty} when there is anybody or anything here. */
		async refuseUnlessEmpty(): Promise<void> {
			for (const { name } of TABLES) {
				const { rows } = await db.execute(sql`SELECT 1 FROM ${sql.identifier(name)} LIMIT 1`);
				if (rows.length > 0)
					throw new NotEmpty('There are people or boards here already: a backup is read back into an empty place.');
			}
		},
		/**
		 * Reads a backup back, from lines that were checked: documents first, then all records in one transaction, so that a
		 * restore that is broken off has left nothing that anyone can see. `read` gives the lines from the beginning.
		 */
		async restore(read: () => AsyncIterable<BackupLine>): Promise<Restored> {
			await clearDocuments();
			let documents = 0;
			for await (const kept of documentsIn(read())) {
				await store.write(kept);
				documents++;
			}
			return { rows: await writeTables(db, read()), documents };
		}
	};
}

const DOCUMENTS = getTableConfig(schema.document).name;

/** Tables of the records, each after those that it refers to. Those of the document log are the store's. */
const TABLES = inOrder(
	Object.values(schema)
		.filter((value) => is(value, PgTable))
		.map((table) => getTableConfig(table))
		.filter(({ name }) => !name.startsWith('log_'))
		.map(({ name, foreignKeys }) => ({
			name,
			needs: foreignKeys.map((key) => getTableConfig(key.reference().foreignTable).name)
		}))
);

type Table = Readonly<{ name: string; needs: readonly string[] }>;

function inOrder(tables: readonly Table[]): readonly Table[] {
	const ordered: Table[] = [];
	const add = (table: Table): void => {
		if (ordered.includes(table)) return;
		for (const other of tables) if (other !== table && table.needs.includes(other.name)) add(other);
		ordered.push(table);
	};
	for (const table of tables) add(table);
	return ordered;
}

/** Every table with its rows as PostgreSQL writes them as JSON, as of one moment. */
function readTables(db: Db): Promise<readonly Readonly<{ table: string; rows: readonly string[] }>[]> {
	return db.transaction(
		async (tx) => {
			const read: { table: string; rows: readonly string[] }[] = [];
			for (const { name } of TABLES) {
				const { rows } = await tx.execute<{ row: string }>(
					sql`SELECT to_jsonb(t)::text AS row FROM ${sql.identifier(name)} t`
				);
				read.push({ table: name, rows: rows.map(({ row }) => row) });
			}
			return read;
		},
		{ isolationLevel: 'repeatable read', accessMode: 'read only' }
	);
}

/** Writes rows as they were read. Answers how many. */
function writeTables(db: Db, lines: AsyncIterable<BackupLine>): Promise<number> {
	return db.transaction(async (tx) => {
		let count = 0;
		let table = '';
		let rows: string[] = [];
		const flush = async (): Promise<void> => {
			if (rows.length === 0) return;
			const name = sql.identifier(table);
			await tx.execute(
				sql`INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, ${`[${rows.join(',')}]`}::jsonb)`
			);
			count += rows.length;
			rows = [];
		};
		for await (const line of lines) {
			if (!('table' in line)) continue;
			if (line.table !== table || rows.length >= ROWS) await flush();
			// A name from a file goes into no statement unless it is one of ours.
			if (!TABLES.some(({ name }) => name === line.table)) throw new Error(`There is no table ${line.table}`);
			({ table } = line);
			rows.push(line.row);
		}
		await flush();
		return count;
	});
}
