/** The embedded records on a disk that is full: nobody waits for long, nothing is answered wrongly, nothing is lost. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openEmbeddedRecords } from '#server/adapters/pglite/records';
import { refusalOf } from '#server/http/part-down';
import { launch } from '../support/product.ts';
import { putMigratedFolder, temporaryFolder } from '../support/records.ts';

const mounts = canMount();
if (!mounts) console.log('not run: a full disk, since only root may mount one');

function mount(dir: string, size: string): boolean {
	return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir]).status === 0;
}

/** Lazily, since a thread that ends may still have files open. */
function unmount(dir: string): void {
	spawnSync('umount', ['-l', dir]);
}

function canMount(): boolean {
	const dir = temporaryFolder('disk');
	const can = mount(dir, '1m');
	if (can) unmount(dir);
	return can;
}

/** A folder on a disk of its own, until the test ends. */
function onSmallDisk(size: string): string {
	const dir = temporaryFolder('disk');
	if (!mount(dir, size)) expect.fail('no disk');
	onTestFinished(() => unmount(dir));
	return dir;
}

/** To the last byte. */
function fill(file: string): void {
	const handle = fs.openSync(file, 'a');
	try {
		for (const bytes of [2 ** 16, 512]) {
			const zeros = Buffer.alloc(bytes);
			try {
				while (fs.writeSync(handle, zeros) > 0);
			} catch (error) {
				expect(error).toMatchObject({ code: 'ENOSPC' });
			}
		}
	} finally {
		fs.closeSync(handle);
	}
}

test.runIf(mounts)(
	'on a full disk the records are read on or are down, and with room they are back by themselves',
	async () => {
		const disk = onSmallDisk('150m');
		const said: string[] = [];
		const saidThat = (what: RegExp) => said.filter((line) => what.test(line)).length;
		const log = pino({}, { write: (line: string) => void said.push(line) });
		const dir = path.join(disk, 'records');
		await putMigratedFolder(dir);
		const records = await openEmbeddedRecords({ dir, log });
		onTestFinished(() => records.close());
		await records.pool.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
		const acknowledged: number[] = [];
		let id = 0;
		const write = async (): Promise<void> => {
			const its = ++id;
			await records.pool.query('INSERT INTO t VALUES ($1, $2)', [its, 'x'.repeat(2_000)]);
			acknowledged.push(its);
		};
		const read = async (): Promise<number[]> =>
			(await records.pool.query<{ id: number }>('SELECT id FROM t WHERE id > $1', [0])).rows.map((row) => row.id);
		const down = expect.objectContaining({ code: 'part.down' });
		const orRefused = <T>(done: Promise<T>) => done.catch(refusalOf);

		for (let i = 0; i < 30; i++) await write();
		fill(path.join(disk, 'other'));
		// What it does when idle finds the disk full, and leaves the engine alive.
		await vi.waitFor(() => expect(saidThat(/disk of DATA_DIR is full/)).toBe(1), { timeout: 15_000 });
		expect(await read()).toEqual(acknowledged);
		await vi.waitFor(async () => expect(await orRefused(write())).toEqual(down), { timeout: 5_000 });

		// This is what ends the engine: from then on it answers nothing, or anything.
		expect(await orRefused(records.pool.query('CHECKPOINT'))).toEqual(down);
		const known = expect.arrayContaining([...acknowledged]);
		const began = performance.now();
		const many = await Promise.all(Array.from({ length: 40 }, () => orRefused(read())));
		for (const answer of many) if (!(answer instanceof Error)) expect(answer).toEqual(known);
		for (const answer of many) if (answer instanceof Error) expect(answer).toEqual(down);
		expect(performance.now() - began).toBeLessThan(12_000);

		const waiting = Promise.all(Array.from({ length: 40 }, () => orRefused(read())));
		fs.rmSync(path.join(disk, 'other'));
		await vi.waitFor(write, { timeout: 8_000, interval: 100 });
		await waiting;
		expect(await read()).toEqual(expect.arrayContaining(acknowledged));
		await vi.waitFor(() => expect(saidThat(/can be written again/)).toBe(1), { timeout: 10_000 });
		for (const once of [/DATA_DIR is full/, /database stopped/, /runs again/]) expect(saidThat(once)).toBe(1);
	},
	60_000
);

test.runIf(mounts)('a disk too small for a first start is named as the reason', async () => {
	const disk = onSmallDisk('24m');
	const its = launch('launcher', { DATA_DIR: disk, MEDIA: 'off' });
	expect(await its.ended).toBe(1);
	expect(its.output().trim()).toBe(
		`The disk of DATA_DIR (${disk}) is full. Make room there, or set DATA_DIR to a folder elsewhere.`
	);
});
