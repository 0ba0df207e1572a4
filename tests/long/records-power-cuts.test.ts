import fs from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { expect, test } from 'vitest';
import { startEngine } from '#server/adapters/pglite/engine';
import { projectPath } from '#server/adapters/project-path';
import { unpackFolder } from '#server/adapters/pglite/unpack';
import { rounds, seededChance } from '../support/killed-process.ts';
import { RecordedDisk } from '../support/power-cut.ts';
import { temporaryFolder } from '../support/records.ts';

test('after a power cut the records open and hold all that was acknowledged', async () => {
	const chance = seededChance('records-power-cuts');
	const seed = path.join(temporaryFolder('power'), 'database');
	unpackFolder(projectPath('drizzle/snapshot/postgres-18.tar.br'), seed);
	const first = await startEngine(seed);
	await first.exec(
		'CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (k text); CREATE INDEX ON b (k); CHECKPOINT'
	);
	await first.close();

	for (let round = 0; round < rounds(15, 4); round++) {
		const folder = temporaryFolder('power');
		const live = path.join(folder, 'live');
		fs.cpSync(seed, live, { recursive: true });
		const disk = new RecordedDisk(live);
		const stopWatching = disk.watchSyncs();
		const engine = await startEngine(live, disk);
		try {
			const acknowledged = await write(engine, 100 + Math.floor(chance() * 1_000), chance, round);
			for (const unsynced of ['nothing', 'some'] as const) {
				const found = path.join(folder, unsynced);
				disk.cut(found, unsynced, chance);
				await expectWhole(found, acknowledged, `round ${round}, ${unsynced} of the unsynced`);
			}
			expect(disk.syncs).toBeGreaterThan(acknowledged);
		} finally {
			stopWatching();
			if (engine.isInTransaction()) await engine.exec('ROLLBACK');
			await engine.close();
			fs.rmSync(folder, { recursive: true, force: true });
		}
	}
});

/** Writes rows 1 to `last`, with a checkpoint somewhere between and, every other time, a transaction left open. */
async function write(engine: PGlite, last: number, chance: () => number, round: number): Promise<number> {
	const checkpointAt = Math.floor(last * chance());
	const insert = `INSERT INTO a VALUES ($1, 'r' || repeat('x', $1::int % 900))`;
	for (let id = 1; id <= last; id++) {
		if (id % 7 === 0) {
			await engine.transaction(async (tx) => {
				await tx.query(insert, [id]);
				await tx.query('INSERT INTO b SELECT md5((g + $1::int)::text) FROM generate_series(1, 20) g', [id]);
			});
		} else await engine.query(insert, [id]);
		if (id === checkpointAt) await engine.exec('UPDATE a SET v = v; CHECKPOINT');
		if (round % 3 === 2 && id === last - 5) {
			await engine.exec('INSERT INTO b SELECT md5(g::text) FROM generate_series(1, 20000) g');
		}
	}
	if (round % 2) await engine.exec(`BEGIN; UPDATE a SET v = v || 'zz'`);
	return last;
}

async function expectWhole(folder: string, acknowledged: number, when: string): Promise<void> {
	const engine = await startEngine(folder);
	const count = async (sql: string) => (await engine.query<{ n: number }>(sql)).rows[0]?.n;
	expect(await count(`SELECT count(*)::int AS n FROM a WHERE id <= ${acknowledged}`), when).toBe(acknowledged);
	expect(await count(`SELECT count(*)::int AS n FROM a WHERE v <> 'r' || repeat('x', id % 900)`), when).toBe(0);
	await engine.exec('SET enable_seqscan = off');
	expect(await count('SELECT count(*)::int AS n FROM a WHERE id >= 0'), `${when}, by index`).toBe(acknowledged);
	await engine.exec('CREATE TABLE after (n int); INSERT INTO after VALUES (1); CHECKPOINT');
	await engine.close();
}
