import fs from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import { silent, temporaryFolder } from '../support/records.ts';

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
	before
		.prepare(
			`INSERT INTO head (doc, seq, checkpoint_seq, checkpoint) VALUES ('with', 3, 2, x'0203'), ('without', 1, 0, NULL)`
		)
		.run();
	before.prepare(`INSERT INTO log VALUES ('with', 3, 'ada', 7, x'04'), ('without', 1, 'bo', 8, x'05')`).run();
	before.pragma(`user_version = ${version}`);
	before.close();
	for (const _opening of ['first', 'second']) {
		const store = await openSqliteDocumentStore({ file, log: silent });
		const loaded = await store.load('with');
		expect(loaded).toEqual({ epoch: 1, seq: 3, updates: [new Uint8Array([2, 3]), new Uint8Array([4])], retired: [] });
		expect((await store.load('without')).updates).toEqual([new Uint8Array([5])]);
		await store.close();
	}
});
