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
