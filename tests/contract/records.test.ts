import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '#server/adapters/postgres/migrate';
import { openPostgresRecords } from '#server/adapters/postgres/records';
import { person } from '#schema/index';
import type { Records } from '#schema/records';
import { postgresForTests } from '../support/engines.ts';
import { freshDatabase, freshPostgresRecords, freshRecords, silent } from '../support/records.ts';

/** What the records keep on either engine. */
function recordsContract(name: string, open: () => Promise<Records>): void {
	describe(`the records on ${name}`, () => {
		let records: Records;
		beforeAll(async () => {
			records = await open();
			await records.pool.query('CREATE TABLE n (n int PRIMARY KEY)');
		});
		afterAll(() => records.close());

		test('a transaction that throws leaves nothing, its savepoint alone can be undone', async () => {
			const { db } = records;
			const undone = db.transaction(async (tx) => {
				await tx.insert(person).values({ id: 'ada', name: 'Ada' });
				throw new Error('on purpose');
			});
			await expect(undone).rejects.toThrow('on purpose');
			expect(await db.select().from(person)).toEqual([]);
			await db.transaction(async (tx) => {
				await tx.insert(person).values({ id: 'bo', name: 'Bo' });
				const inner = tx.transaction(async (nested) => {
					await nested.insert(person).values({ id: 'cy', name: 'Cy' });
					nested.rollback();
				});
				await expect(inner).rejects.toThrow();
			});
			expect((await db.select().from(person)).map(({ id }) => id)).toEqual(['bo']);
		});

		test('a second row with one key is a unique violation, and the connection goes on', async () => {
			await records.pool.query('INSERT INTO n VALUES (1)');
			await expect(records.pool.query('INSERT INTO n VALUES (1)')).rejects.toMatchObject({ code: '23505' });
			expect(await records.healthy()).toBe(true);
		});

		test('500 queries at once are each answered with their own', async () => {
			const asked = Array.from({ length: 500 }, (_, n) => n);
			const answers = await Promise.all(asked.map((n) => records.pool.query('SELECT $1::int AS n', [n])));
			expect(answers.map(({ rows }) => rows[0].n)).toEqual(asked);
		});

		test('values of 20 MB and text with every character come back as they were', async () => {
			const text = '\u{1F98A} “é” \t\r\n\u0001 ' + 'x'.repeat(20_000_000);
			const answer = await records.pool.query('SELECT $1::text AS t', [text]);
			expect(answer.rows[0].t === text).toBe(true);
		});

		test('who listens hears what is told to the channel', async () => {
			const client = await records.pool.connect();
			const heard = new Promise((resolve) => client.once('notification', ({ payload }) => resolve(payload)));
			await client.query('LISTEN news');
			await client.query(`NOTIFY news, 'tea'`);
			expect(await heard).toBe('tea');
			client.release();
		});

		test('migrating again changes nothing', async () => {
			const applied = async () => (await records.pool.query('SELECT * FROM drizzle.__drizzle_migrations')).rows;
			const before = await applied();
			await migrate(records);
			expect(await applied()).toEqual(before);
			expect(before.length).toBeGreaterThan(0);
		});

		test('records of a newer version are refused and not touched', async () => {
			const future = Date.now() + 1e10;
			const table = 'drizzle.__drizzle_migrations';
			await records.pool.query(`INSERT INTO ${table} (hash, created_at) VALUES ('later', $1)`, [future]);
			await expect(migrate(records)).rejects.toMatchObject({ name: 'DatabaseTooNew' });
			await records.pool.query(`DELETE FROM ${table} WHERE created_at = $1`, [future]);
			await migrate(records);
		});
	});
}

recordsContract('PGlite', freshRecords);

const server = postgresForTests();
if (server) {
	recordsContract('PostgreSQL', () => freshPostgresRecords(server));

	test('four nodes that migrate an empty database at once all succeed', async () => {
		const { databaseUrl, drop } = await freshDatabase(server);
		const nodes = await Promise.all(Array.from({ length: 4 }, () => openPostgresRecords({ databaseUrl, log: silent })));
		await Promise.all(nodes.map(migrate));
		await Promise.all(nodes.map((node) => node.close()));
		await drop();
	});

	test('a connection that the server ends does not end the process, the next query is answered', async () => {
		const records = await freshPostgresRecords(server);
		const sleeping = expect(records.pool.query('SELECT pg_sleep(60)')).rejects.toThrow();
		const { rows } = await records.pool.query(
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			 WHERE datname = current_database() AND pid <> pg_backend_pid()`
		);
		expect(rows.length).toBeGreaterThan(0);
		await sleeping;
		expect(await records.healthy()).toBe(true);
		await records.close();
	});
} else {
	test.skip('the records on PostgreSQL');
}
