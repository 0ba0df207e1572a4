/** A start that is pointed at a database which it cannot work with: status 2, one sentence, and nothing is changed. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbeddedRecords } from '#server/adapters/pglite/records';
import { openPostgresRecords } from '#server/adapters/postgres/records';
import type { Records } from '#schema/records';
import { join } from 'node:path';
import { postgresForTests } from '../support/engines.ts';
import { launch, type Launched } from '../support/product.ts';
import { freshDatabase, freshPostgresRecords, freshRecords, silent, temporaryFolder } from '../support/records.ts';

const LATER = Date.now() + 1e10;
const MIGRATIONS = 'SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id';
const writtenByLater = (records: Records) =>
	records.pool.query(`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', $1)`, [LATER]);

async function expectRefused({ ended, output }: Launched, sentence: RegExp): Promise<void> {
	expect(await ended).toBe(2);
	expect(output()).toMatch(sentence);
	expect(output().trim()).not.toContain('\n');
}

test('a data folder that a newer version has written is refused and stays as it was', async () => {
	const dataDir = temporaryFolder('newer');
	const dir = join(dataDir, 'records');
	const before = await freshRecords({ dir });
	await writtenByLater(before);
	const { rows } = await before.pool.query(MIGRATIONS);
	await before.close();
	await expectRefused(
		launch('launcher', { DATA_DIR: dataDir, MEDIA: 'off' }),
		/^The records were written by a newer version of Nabij than this one\. Start that version, .*nothing was changed\.$/m
	);
	const after = await openEmbeddedRecords({ dir, log: silent });
	expect((await after.pool.query(MIGRATIONS)).rows).toEqual(rows);
	await after.close();
});

const server = postgresForTests();
test.runIf(server)('and so is a PostgreSQL database', async () => {
	const records = await freshPostgresRecords(server ?? '');
	await writtenByLater(records);
	const { rows } = await records.pool.query(MIGRATIONS);
	await expectRefused(
		launch('launcher', { DATA_DIR: temporaryFolder('newer'), MEDIA: 'off', DATABASE_URL: records.databaseUrl }),
		/^The records were written by a newer version of Nabij/m
	);
	expect((await records.pool.query(MIGRATIONS)).rows).toEqual(rows);
	await records.close();
});

test.runIf(server)('an account that may not make tables is told so, with the setting and what to grant', async () => {
	const { databaseUrl, drop } = await freshDatabase(server ?? '');
	const owner = new pg.Client({ connectionString: databaseUrl });
	await owner.connect();
	const role = `nabij_reader_${process.pid}`;
	await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'hush'`);
	try {
		const url = new URL(databaseUrl);
		url.username = role;
		url.password = 'hush';
		const its = launch('launcher', { DATA_DIR: temporaryFolder('reader'), MEDIA: 'off', DATABASE_URL: url.href });
		await expectRefused(its, /^The account in DATABASE_URL may not make the tables .*permission denied.*GRANT CREATE/);
		expect(its.output()).not.toContain('hush');
	} finally {
		await owner.query(`DROP ROLE ${role}`);
		await owner.end();
		await drop();
	}
});

describe('DATABASE_URL', () => {
	const old = createServer(answerAsPostgres14);
	let tries = 0;
	const breaking = createServer((socket) => {
		tries++;
		socket.destroy();
	});
	const servers = [old, breaking];
	beforeAll(async () => {
		for (const one of servers) await new Promise<void>((listening) => one.listen(0, '127.0.0.1', listening));
	});
	afterAll(() => servers.forEach((one) => one.close()));
	const portOf = (its: Server) => (its.address() as AddressInfo).port;
	const urlOf = (port: number) => `postgres://ada:hush@127.0.0.1:${port}/nabij?connect_timeout=1`;
	const start = (DATABASE_URL: string) =>
		launch('launcher', { DATA_DIR: temporaryFolder('database'), MEDIA: 'off', DATABASE_URL });

	test.concurrent('where nothing answers is named', async () => {
		const its = start(urlOf(1));
		await expectRefused(its, /^The database at DATABASE_URL cannot be reached: .*ECONNREFUSED/);
		expect(its.output()).not.toContain('hush');
	});

	test.concurrent('where connecting fails is tried again, for as long as its connect_timeout says', async () => {
		const began = performance.now();
		const opening = openPostgresRecords({ databaseUrl: urlOf(portOf(breaking)), log: silent });
		await expect(opening).rejects.toMatchObject({ name: 'DatabaseUnusable' });
		expect(tries).toBeGreaterThan(2);
		expect(performance.now() - began, 'not the ten seconds of other addresses').toBeLessThan(8_000);
	});

	test.concurrent('where PostgreSQL 14 answers is named, with what is needed', async () => {
		// Whoever can speak to the peer can see that it is one: the refusal is not that it cannot be reached.
		const client = new pg.Client({ connectionString: urlOf(portOf(old)) });
		await client.connect();
		await client.end();
		await expectRefused(
			start(urlOf(portOf(old))),
			/^The database at DATABASE_URL is PostgreSQL 14; Nabij needs PostgreSQL 15 or newer\.$/m
		);
	});
});

/** The part of PostgreSQL's protocol that a client needs to log in and hear one number: that of version 14.11. */
function answerAsPostgres14(socket: Socket): void {
	const message = (type: string, body: Buffer) => {
		const head = Buffer.alloc(5);
		head.write(type, 'latin1');
		head.writeInt32BE(body.length + 4, 1);
		return Buffer.concat([head, body]);
	};
	const ready = message('Z', Buffer.from('I'));
	const version = Buffer.from('140011');
	const row = message('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 0, version.length]), version]));
	const int4 = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 0]);
	const column = message('T', Buffer.concat([Buffer.from([0, 1]), Buffer.from('version\0'), int4]));
	const loggedIn = message('R', Buffer.alloc(4));
	const done = message('C', Buffer.from('SELECT 1\0'));
	let begun = false;
	socket
		.on('error', () => undefined)
		.on('data', (data: Buffer) => {
			if (!begun) socket.write(Buffer.concat([loggedIn, ready]));
			else if (data[0] === 'Q'.charCodeAt(0)) socket.write(Buffer.concat([column, row, done, ready]));
			else socket.end();
			begun = true;
		});
}
