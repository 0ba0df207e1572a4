import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbeddedRecords } from '#server/adapters/pglite/records';
import type { Records } from '#schema/records';
import { freshRecords, recordsForThisTest, silent, temporaryFolder } from '../support/records.ts';

let records: Records;
const dir = temporaryFolder();
beforeAll(async () => {
	records = await freshRecords({ dir });
});
afterAll(() => records.close());

test('the write-ahead log is synced by the one method that the file layer honours', async () => {
	const show = async (name: string) => Object.values((await records.pool.query(`SHOW ${name}`)).rows[0] as object)[0];
	expect(await show('wal_sync_method')).toBe('fsync');
	expect(await show('fsync')).toBe('on');
	expect(await show('full_page_writes')).toBe('on');
});

test('nobody but the owner can read the records, also what the engine makes while it runs', async () => {
	const fresh = path.join(temporaryFolder(), 'made');
	const made = await openEmbeddedRecords({ dir: fresh, log: silent });
	await made.pool.query('CREATE TABLE made (n int); CHECKPOINT');
	await made.close();
	const loose = ['', ...fs.readdirSync(fresh, { recursive: true, encoding: 'utf8' })].filter(
		(name) => fs.statSync(path.join(fresh, name)).mode & 0o077
	);
	expect(loose).toEqual([]);
});

test('a recursion without end is an error and not a hang', async () => {
	await records.pool.query(
		'CREATE FUNCTION forever(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN forever(n + 1); END $$'
	);
	await expect(records.pool.query('SELECT forever(1)')).rejects.toMatchObject({ code: '54001' });
	expect(await records.healthy()).toBe(true);
});

test('COPY FROM STDIN is refused and the connection goes on', async () => {
	await records.pool.query('CREATE TABLE copied (n int)');
	await expect(records.pool.query('COPY copied FROM STDIN')).rejects.toMatchObject({ code: '0A000' });
	expect((await records.pool.query('SELECT 7 AS n')).rows).toEqual([{ n: 7 }]);
});

test('a query that runs too long ends alone: its caller hears an error, the others are answered', async () => {
	const watched = await recordsForThisTest({ watchdogMs: 400 });
	const long = watched.pool.query('SELECT count(*) FROM generate_series(1, 1e12)');
	const next = watched.pool.query('SELECT 1 AS n');
	await expect(long).rejects.toMatchObject({ code: 'ECONNRESET' });
	expect((await next).rows).toEqual([{ n: 1 }]);
});

test('what is done at length, a migration, is not ended however long it runs, and the next query is watched again', async () => {
	const watched = await recordsForThisTest({ watchdogMs: 200 });
	const slow = 'SELECT count(*)::int AS n FROM generate_series(1, 4e6)';
	const began = Date.now();
	expect((await watched.atLength((client) => client.query(slow))).rows).toEqual([{ n: 4_000_000 }]);
	expect(Date.now() - began, 'long enough to be ended otherwise').toBeGreaterThan(400);
	await expect(watched.pool.query('SELECT count(*) FROM generate_series(1, 1e12)')).rejects.toThrow();
});

test('when the engine dies within a transaction, what was committed stays and the rest is gone', async () => {
	const dying = await recordsForThisTest({ watchdogMs: 400 });
	await dying.pool.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
	const client = await dying.pool.connect();
	await client.query('BEGIN; INSERT INTO kept VALUES (2)');
	await expect(client.query('SELECT count(*) FROM generate_series(1, 1e12)')).rejects.toThrow();
	client.release(true);
	expect((await dying.pool.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
});

test('a second opening of the folder is refused in words for a person, and leaves the first its lock', async () => {
	for (const attempt of [1, 2]) {
		const second = openEmbeddedRecords({ dir, log: silent });
		await expect(second, `attempt ${attempt}`).rejects.toMatchObject({ name: 'DataFolderInUse' });
	}
	await expect(openEmbeddedRecords({ dir, log: silent })).rejects.toThrow(/in use by another running Nabij/);
	expect(await records.healthy()).toBe(true);
});

test('a folder written by another PostgreSQL is refused and not touched', async () => {
	const other = temporaryFolder();
	await (await freshRecords({ dir: other })).close();
	const file = path.join(other, 'database/PG_VERSION');
	fs.writeFileSync(file, '19\n');
	await expect(openEmbeddedRecords({ dir: other, log: silent })).rejects.toMatchObject({ name: 'DatabaseTooNew' });
	expect(fs.readFileSync(file, 'utf8')).toBe('19\n');
});

test('a first start that was cut short while unpacking is begun anew', async () => {
	const cut = temporaryFolder();
	fs.mkdirSync(path.join(cut, 'database.unpacking/base'), { recursive: true });
	fs.writeFileSync(path.join(cut, 'database.unpacking/PG_VERSION'), '');
	const opened = await openEmbeddedRecords({ dir: cut, log: silent });
	expect(await opened.healthy()).toBe(true);
	await opened.close();
	expect(fs.existsSync(path.join(cut, 'database.unpacking'))).toBe(false);
});
