import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openEmbeddedRecords } from '#server/adapters/pglite/records';
import { rounds, runAndKill, seededChance } from '../support/killed-process.ts';
import { silent, temporaryFolder } from '../support/records.ts';

test(
	'killed under writes again and again, the records open and hold all that was acknowledged',
	{ timeout: 900_000 },
	async () => {
		const chance = seededChance('records-kills');
		const dir = temporaryFolder('kills');
		const acknowledged = new Set<number>();
		const all = rounds(60, 8);
		for (let round = 1; round <= all; round++) {
			const life = { from: 'opened', ms: 150 + chance() * 700 } as const;
			const ended = await runAndKill('records-writer.ts', [dir, round % 2 ? '1' : '8'], life);
			expect(ended, `round ${round}`).toMatchObject({ killed: true, errors: '' });
			// The last line may be cut by the kill; the row it names is one that no client has heard of.
			for (const line of ended.lines) acknowledged.add(Number(line));
			if (round % 5 === 0 || round === all) await expectWhole(dir, acknowledged);
		}
		expect(acknowledged.size).toBeGreaterThan(all);
	}
);

test('killed during its very first start, the next one succeeds', { timeout: 300_000 }, async () => {
	const all = rounds(15, 4);
	let unfinished = 0;
	for (let round = 0; round < all; round++) {
		const dir = path.join(temporaryFolder('first'), 'records');
		await runAndKill('records-writer.ts', [dir, '1'], { from: 'start', ms: 150 + (round * 1_400) / all });
		if (!fs.existsSync(path.join(dir, 'database'))) unfinished++;
		const records = await openEmbeddedRecords({ dir, log: silent });
		expect(await records.healthy(), `killed in round ${round}`).toBe(true);
		await records.close();
	}
	expect(unfinished, 'a round that was killed before the folder had its name').toBeGreaterThan(0);
});

async function expectWhole(dir: string, acknowledged: ReadonlySet<number>): Promise<void> {
	const records = await openEmbeddedRecords({ dir, log: silent });
	const rows = async (sql: string) => (await records.pool.query<{ id: number }>(sql)).rows.map(({ id }) => id);
	const present = new Set(await rows('SELECT id::int FROM a'));
	expect([...acknowledged].filter((id) => !present.has(id))).toEqual([]);
	expect(await rows(`SELECT id::int FROM a WHERE v <> 'r' || repeat('x', (id % 700)::int)`)).toEqual([]);
	expect(await rows('SELECT a.id::int FROM a FULL JOIN b USING (id) WHERE id % 5 = 0 AND b IS NULL')).toEqual([]);
	await records.close();
}
