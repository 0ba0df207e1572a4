import fs from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { pack } from '#server/adapters/packed';
import { createPostgresDocumentStore } from '#server/adapters/postgres/document-store';
import { migrate } from '#server/adapters/postgres/migrate';
import { openPostgresRecords } from '#server/adapters/postgres/records';
import { DocumentLog } from '#server/adapters/sqlite/document-log';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import { postgresForTests } from '../support/engines.ts';
import { freshDatabase, silent, temporaryFolder } from '../support/records.ts';
import { until } from '../support/sync-client.ts';

const row = { doc: 'document-1', author: 'ada', at: 1, update: new Uint8Array([1]) };

async function openLog() {
	const file = path.join(temporaryFolder('log'), 'kept', 'documents.sqlite');
	const store = await openSqliteDocumentStore({ file, log: silent });
	onTestFinished(() => store.close());
	return { file, store };
}

test('when the thread dies, what was under way is rejected and the next append is taken', async () => {
	const threads: Worker[] = [];
	const note = (worker: Worker) => threads.push(worker);
	process.on('worker', note);
	const { store } = await openLog();
	process.off('worker', note);
	expect(await store.append([row])).toEqual([{ seq: 1 }]);
	const underWay = store.append([{ ...row, update: new Uint8Array(7_000_000) }]);
	const died = threads[0]?.terminate();
	await expect(underWay).rejects.toThrow('The document log stopped');
	await died;
	const { seq } = await store.load(row.doc);
	expect(await store.append([row])).toEqual([{ seq: seq + 1 }]);
});

test('when nothing can be written, every row is rejected and can be tried again', async () => {
	const { file, store } = await openLog();
	const other = new Database(file);
	other.exec('BEGIN EXCLUSIVE');
	await expect(store.append([row, row])).rejects.toThrow();
	other.exec('ROLLBACK');
	other.close();
	expect(await store.append([row, row])).toEqual([{ seq: 1 }, { seq: 2 }]);
});

test('every commit is synced, and nobody but the owner can read the files', async () => {
	const { file, store } = await openLog();
	await store.append([row]);
	const folder = path.dirname(file);
	for (const name of ['', ...fs.readdirSync(folder)]) expect(fs.statSync(path.join(folder, name)).mode & 0o077).toBe(0);
	expect(fs.readdirSync(folder)).toContain('documents.sqlite-wal');
});

const renewal = {
	epoch: 1,
	seq: 1,
	next: 2,
	first: { author: '', at: 2, state: new Uint8Array([2]), packed: pack(new Uint8Array([2])) },
	past: 'past-1',
	retired: [],
	dueAt: null
};
type Bytes = Readonly<{ bytes: number }>;
const secret = { ...row, update: new Uint8Array(Buffer.from('swordfish '.repeat(500))) };
const holds = (file: string): boolean =>
	fs
		.readdirSync(path.dirname(file))
		.some((name) => fs.readFileSync(path.join(path.dirname(file), name)).includes('swordfish'));

test('what is made anew is soon in no file, also when the process ended just after it', async () => {
	const { file, store } = await openLog();
	await store.append([secret]);
	expect(holds(file)).toBe(true);
	await store.renew(row.doc, renewal);
	await until(() => expect(holds(file)).toBe(false));

	const killed = path.join(temporaryFolder('log'), 'documents.sqlite');
	const log = new DocumentLog(killed);
	log.append([secret]);
	expect(log.renew(row.doc, renewal)).toBe(true);
	const left = path.join(temporaryFolder('log'), 'documents.sqlite');
	for (const name of fs.readdirSync(path.dirname(killed))) {
		fs.copyFileSync(path.join(path.dirname(killed), name), path.join(path.dirname(left), name));
	}
	log.close();
	expect(holds(left)).toBe(true);
	const again = await openSqliteDocumentStore({ file: left, log: silent });
	onTestFinished(() => again.close());
	expect(holds(left)).toBe(false);
	expect(await again.epochsOf([row.doc])).toEqual([2]);
});

test('what every commit goes over stays small, though a hundred thousand clients wrote in a document', async () => {
	const { file, store } = await openLog();
	const retired = Array.from({ length: 100_000 }, (_, i) => 2 ** 31 + i);
	await store.append([row]);
	await store.renew(row.doc, { ...renewal, retired });
	const tables = new Database(file, { readonly: true });
	onTestFinished(() => void tables.close());
	const { bytes } = tables.prepare(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 'head'`).get() as Bytes;
	expect(bytes).toBeLessThan(50_000);
	expect((await store.load(row.doc)).retired).toHaveLength(100_000);
});

const server = postgresForTests();

test.runIf(server)(
	'nobody waits until PostgreSQL has swept up after a new epoch, and nobody is told when it cannot',
	async () => {
		const { databaseUrl, drop } = await freshDatabase(server ?? '');
		const records = await openPostgresRecords({ databaseUrl, log: silent, silentMs: 1_000 });
		onTestFinished(() => records.close().then(drop));
		await migrate(records);
		const swept = async (): Promise<number> => {
			const asked = `SELECT vacuum_count::int AS count FROM pg_stat_user_tables WHERE relname = 'log_row'`;
			return (await records.pool.query<{ count: number }>(asked)).rows[0]?.count ?? 0;
		};
		const store = createPostgresDocumentStore(records, silent);
		await store.append([row]);
		// As another VACUUM, or a CREATE INDEX CONCURRENTLY.
		const other = await records.pool.connect();
		await other.query('BEGIN; LOCK TABLE log_row IN SHARE UPDATE EXCLUSIVE MODE');
		expect(await store.renew(row.doc, renewal)).toBe(true);
		for (let epoch = 2; epoch < 6; epoch++)
			await store.renew(row.doc, { ...renewal, epoch, seq: epoch, next: epoch + 1, past: `past-${epoch}` });
		expect(await swept()).toBe(0);
		await other.query('COMMIT');
		other.release();
		await store.close();
		await until(async () => expect(await swept()).toBe(2));

		const atLength = () => Promise.reject(new Error('no connection'));
		const unlucky = createPostgresDocumentStore({ pool: records.pool, atLength }, silent);
		expect(await unlucky.renew(row.doc, { ...renewal, epoch: 6, seq: 6, next: 7, past: 'past-6' })).toBe(true);
		await unlucky.close();
	}
);

test.runIf(server)('what PostgreSQL acknowledges is on disk, though it was told that this may wait', async () => {
	const { databaseUrl, drop } = await freshDatabase(server ?? '');
	const warned: string[] = [];
	const log = pino({}, { write: (line: string) => void warned.push(line) });
	const first = await openPostgresRecords({ databaseUrl, log });
	const { rows } = await first.pool.query<{ fsync: string }>('SHOW fsync');
	expect(warned.filter((line) => line.includes('fsync'))).toHaveLength(rows[0]?.fsync === 'off' ? 1 : 0);
	await migrate(first);
	await first.pool.query(`
		CREATE TABLE noted (said text);
		CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN INSERT INTO noted VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
		CREATE TRIGGER noting AFTER INSERT ON log_row FOR EACH STATEMENT EXECUTE FUNCTION note();
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`);
	await first.close();
	const records = await openPostgresRecords({ databaseUrl, log: silent });
	onTestFinished(() => records.close().then(drop));
	const store = createPostgresDocumentStore(records, silent);
	await store.append([row]);
	await store.renew(row.doc, renewal);
	const noted = async () => (await records.pool.query<{ said: string }>('SELECT said FROM noted')).rows;
	expect(await noted()).toEqual([{ said: 'on' }, { said: 'on' }]);
	await records.pool.query(`INSERT INTO log_row VALUES ('other-doc', 1, '', 1, '')`);
	expect((await noted()).at(-1)).toEqual({ said: 'off' });
	await store.close();
});

test('a log of a newer version is refused', async () => {
	const file = path.join(temporaryFolder('log'), 'documents.sqlite');
	const later = new Database(file);
	later.pragma('user_version = 99');
	later.close();
	await expect(openSqliteDocumentStore({ file, log: silent })).rejects.toThrow();
});

/** The tables as the first two versions had them. */
const HEAD = {
	1: `CREATE TABLE head (doc TEXT PRIMARY KEY, seq INTEGER NOT NULL, checkpoint_seq INTEGER NOT NULL DEFAULT 0, checkpoint BLOB) STRICT;`,
	2: `CREATE TABLE head (doc TEXT PRIMARY KEY, epoch INTEGER NOT NULL DEFAULT 1, seq INTEGER NOT NULL,
		checkpoint_seq INTEGER NOT NULL DEFAULT 0, checkpoint BLOB, retired TEXT NOT NULL DEFAULT '[]',
		examined_seq INTEGER NOT NULL DEFAULT 0, due_at INTEGER) STRICT;`
} as const;
const LOG = `CREATE TABLE log (doc TEXT NOT NULL, seq INTEGER NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL,
	bytes BLOB NOT NULL, PRIMARY KEY (doc, seq)) STRICT;`;

test.each([1, 2] as const)('a log of version %i keeps all that is in it', async (version) => {
	const file = path.join(temporaryFolder('log'), 'documents.sqlite');
	const before = new Database(file);
	before.exec(HEAD[version] + LOG);
	if (version === 2) {
		before.exec(LOG.replace('TABLE log', 'TABLE snapshot'));
		before.prepare(`INSERT INTO snapshot VALUES ('with', 1, 'ada', 5, ?)`).run(pack(new Uint8Array([8])));
	}
	before
		.prepare(
			`INSERT INTO head (doc, seq, checkpoint_seq, checkpoint) VALUES ('with', 3, 2, x'0203'), ('without', 1, 0, NULL)`
		)
		.run();
	before.prepare(`INSERT INTO log VALUES ('with', 3, 'ada', 7, x'04'), ('without', 1, 'bo', 8, x'05')`).run();
	if (version === 2) before.exec(`UPDATE head SET retired = '[7,1099511627776]' WHERE doc = 'with'`);
	before.pragma(`user_version = ${version}`);
	before.close();
	for (const _opening of ['first', 'second']) {
		const store = await openSqliteDocumentStore({ file, log: silent });
		const loaded = await store.load('with');
		expect(loaded).toEqual({
			epoch: 1,
			seq: 3,
			updates: [new Uint8Array([2, 3]), new Uint8Array([4])],
			retired: version === 2 ? [7, 2 ** 40] : []
		});
		expect((await store.load('without')).updates).toEqual([new Uint8Array([5])]);
		expect((await store.stateAt('with', 1))?.updates).toEqual(version === 2 ? [new Uint8Array([8])] : undefined);
		await store.close();
	}
});
