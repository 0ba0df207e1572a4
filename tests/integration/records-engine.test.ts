import fs from 'node:fs';
import path from 'node:path';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { serialize } from 'pg-protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEngine } from '#server/adapters/pglite/engine';
import { Session } from '#server/adapters/pglite/session';
import { Upkeep } from '#server/adapters/pglite/upkeep';
import { refusalOf } from '#server/http/part-down';
import { freshRecords, recordsForThisTest, temporaryFolder } from '../support/records.ts';

let engine: PGlite;
beforeAll(async () => {
	const dir = temporaryFolder();
	await (await freshRecords({ dir })).close();
	engine = await startEngine(path.join(dir, 'database'));
	await engine.exec('CREATE TABLE t (n int PRIMARY KEY)');
});
afterAll(() => engine.close());

/** A client that speaks the protocol itself, to stop where no driver would. */
function rawClient(): { session: Session; port: MessagePort; said: () => string } {
	const { port1, port2 } = new MessageChannel();
	const session = new Session({ engine, port: port2, onBusy: () => {}, onFatal: () => expect.fail('fatal') });
	let said = '';
	port1.on('message', (bytes: Uint8Array) => (said += Buffer.from(bytes).toString('latin1')));
	port1.postMessage(new Uint8Array(serialize.startup({ user: 'postgres', database: 'postgres' })));
	return { session, port: port1, said: () => said };
}

function unsyncedInsert(n: number): Uint8Array {
	return new Uint8Array(
		Buffer.concat([
			serialize.parse({ name: '', text: `INSERT INTO t VALUES (${n})`, types: [] }),
			serialize.bind(),
			serialize.execute(),
			serialize.flush()
		])
	);
}

const rows = async () => (await engine.query<{ n: number }>('SELECT n FROM t ORDER BY n')).rows.map(({ n }) => n);

test('a commit is answered after a real sync of the write-ahead log', async () => {
	const sync = vi.spyOn(fs, 'fdatasyncSync');
	await engine.exec('INSERT INTO t VALUES (1)');
	expect(sync).toHaveBeenCalled();
});

test('no upkeep falls between a client’s Flush and its Sync, where it would commit half its work', async () => {
	const { session, port, said } = rawClient();
	const upkeep = new Upkeep(engine, () => session.midBatch);
	port.postMessage(unsyncedInsert(50));
	await vi.waitFor(() => expect(said()).toContain('INSERT 0 1'));
	expect(upkeep.run()).toBe('not now');
	const failing = Buffer.concat([serialize.parse({ name: '', text: 'nonsense', types: [] }), serialize.sync()]);
	port.postMessage(new Uint8Array(failing));
	await vi.waitFor(() => expect(said()).toContain('42601'));
	expect(await rows()).not.toContain(50);
	expect(upkeep.run()).toBe('checkpoint');
	port.postMessage(null);
	await new Promise((resolve) => port.once('close', resolve));
});

test('a client that leaves between Flush and Sync leaves nothing behind', async () => {
	const { port, said } = rawClient();
	port.postMessage(unsyncedInsert(51));
	await vi.waitFor(() => expect(said()).toContain('INSERT 0 1'));
	port.postMessage(null);
	await new Promise((resolve) => port.once('close', resolve));
	expect(await rows()).not.toContain(51);
});

test('idle, it checkpoints, and every twentieth time it vacuums; within a transaction it waits', async () => {
	const upkeep = new Upkeep(engine, () => false);
	await engine.exec('BEGIN');
	expect(upkeep.run()).toBe('not now');
	await engine.exec('ROLLBACK');
	const position = async () => (await engine.query('SELECT checkpoint_lsn FROM pg_control_checkpoint()')).rows[0];
	const before = await position();
	await engine.exec('INSERT INTO t VALUES (2)');
	const did = Array.from({ length: 20 }, () => upkeep.run());
	expect(await position()).not.toEqual(before);
	expect(did.filter((one) => one === 'vacuum')).toHaveLength(1);
});

test('upkeep comes by itself after five idle seconds, and after 5,000 batches without a pause', () => {
	vi.useFakeTimers();
	try {
		const upkeep = new Upkeep(engine, () => false);
		const run = vi.spyOn(upkeep, 'run').mockReturnValue('checkpoint');
		upkeep.noteBatch();
		vi.advanceTimersByTime(4_999);
		expect(run).not.toHaveBeenCalled();
		vi.advanceTimersByTime(1);
		expect(run).toHaveBeenCalledTimes(1);
		for (let i = 0; i < 4_999; i++) upkeep.noteBatch();
		expect(run).toHaveBeenCalledTimes(2);
		upkeep.stop();
	} finally {
		vi.useRealTimers();
	}
});

test('a thread that dies ends neither the process nor the pool: idle or in use, the next query is answered', async () => {
	const threads: Worker[] = [];
	const note = (worker: Worker) => threads.push(worker);
	process.on('worker', note);
	const records = await recordsForThisTest();
	const inUse = await records.pool.connect();
	await threads.at(-1)?.terminate();
	await expect(inUse.query('SELECT 1')).rejects.toThrow();
	inUse.release(true);
	expect((await records.pool.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
	await threads.at(-1)?.terminate();
	expect((await records.pool.query('SELECT 3 AS n')).rows).toEqual([{ n: 3 }]);
	expect(threads).toHaveLength(3);
	process.off('worker', note);
});

test('a thread that cannot start is tried again while people ask, who hear within seconds that the records are down', async () => {
	const dir = temporaryFolder();
	const starts: Worker[] = [];
	const note = (worker: Worker) => starts.push(worker);
	process.on('worker', note);
	const records = await recordsForThisTest({ dir });
	const needed = path.join(dir, 'database/global/pg_control');
	fs.renameSync(needed, `${needed}.away`);
	await starts.at(-1)?.terminate();
	const began = performance.now();
	const asked = await Promise.allSettled(Array.from({ length: 30 }, () => records.pool.query('SELECT 1 AS n')));
	for (const one of asked) {
		expect(refusalOf(one.status === 'rejected' && one.reason)).toMatchObject({ code: 'part.down' });
	}
	expect(performance.now() - began).toBeLessThan(12_000);
	expect(starts.length, 'a start for all of them together').toBeLessThan(12);
	fs.renameSync(`${needed}.away`, needed);
	await vi.waitFor(() => records.pool.query('SELECT 1 AS n'), { timeout: 10_000 });
	process.off('worker', note);
}, 40_000);
