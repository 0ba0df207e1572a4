/** What people and programs are told while the records cannot be reached. */
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { migrate } from '#server/adapters/postgres/migrate';
import { openPostgresRecords } from '#server/adapters/postgres/records';
import { refusalOf } from '#server/http/part-down';
import { postgresForTests } from '../support/engines.ts';
import { startProduct, type Product } from '../support/product.ts';
import { freshDatabase, freshPostgresRecords, silent } from '../support/records.ts';
import { openRelay, type Relay } from '../support/relay.ts';
import { visitor } from '../support/visitor.ts';

const server = postgresForTests();

/** A migrated database of its own, and the address to reach it at through a relay, which is not tried for long. */
async function behindRelay() {
	const records = await freshPostgresRecords(server ?? '');
	const url = new URL(records.databaseUrl);
	url.searchParams.set('connect_timeout', '1');
	const relay = await openRelay(url.hostname, Number(url.port || 5432));
	url.hostname = '127.0.0.1';
	url.port = String(relay.port);
	return { records, relay, databaseUrl: url.href };
}

test.runIf(server)('a database that falls silent is given up, and is used again when it answers', async () => {
	const { records, relay, databaseUrl } = await behindRelay();
	const its = await openPostgresRecords({ databaseUrl, log: silent, silentMs: 400 });
	onTestFinished(async () => {
		await its.close();
		await relay.close();
		await records.close();
	});
	expect((await its.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
	relay.be('silent');
	// On the connection that was good a moment ago.
	const error: unknown = await its.pool.query('SELECT 1 AS n').then(
		() => null,
		(reason: unknown) => reason
	);
	expect(refusalOf(error)).toMatchObject({ code: 'part.down' });
	relay.be('open');
	expect((await its.pool.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
});

test.runIf(server)('a migration may be silent for longer than anything else', async () => {
	const { databaseUrl, drop } = await freshDatabase(server ?? '');
	const silentMs = 300;
	const its = await openPostgresRecords({ databaseUrl, log: silent, silentMs });
	const other = new pg.Client({ connectionString: databaseUrl });
	await other.connect();
	onTestFinished(async () => {
		await other.end();
		await its.close();
		await drop();
	});
	// Its first statement wants to make the same, and waits.
	await other.query('BEGIN; CREATE SCHEMA drizzle');
	const migrated = migrate(its);
	const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
		AND clock_timestamp() - query_start > $1 * interval '1 ms'`;
	const longWaited = async () => expect((await its.pool.query(waits, [2 * silentMs])).rowCount).toBe(1);
	await Promise.race([migrated, vi.waitFor(longWaited, { timeout: 20_000, interval: 50 })]);
	await other.query('ROLLBACK');
	await migrated;
	expect((await its.pool.query('SELECT count(*)::int AS n FROM person')).rows).toEqual([{ n: 0 }]);
});

let product: Product;
let relay: Relay;
let closing: () => Promise<void> = async () => undefined;
let ada: ReturnType<typeof visitor>;
let team: string;
if (server) {
	beforeAll(async () => {
		const behind = await behindRelay();
		({ relay } = behind);
		closing = async () => {
			await relay.close();
			await behind.records.close();
		};
		product = await startProduct({ env: { DATABASE_URL: behind.databaseUrl } });
		ada = visitor(product.url);
		const account = { name: 'Ada', email: 'ada@example.org', password: 'a long password', language: 'nl' };
		expect((await ada.call('POST', '/api/v1/accounts', account)).status).toBe(201);
		team = (await ada.call('POST', '/api/v1/teams', { name: 'Studio' })).json.id;
	});
	afterAll(async () => {
		relay?.be('open');
		await product?.stop();
		await closing();
	});
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const DUTCH = { 'accept-language': 'nl', accept: 'text/html' };

test.runIf(server)(
	'while the database is away, pages, forms and calls answer 503 and when to come back, in the reader’s words',
	async () => {
		relay.be('cut');
		const signIn = 'email=ada%40example.org&password=a+long+password';
		const stranger = visitor(product.url);
		const [page, form, scripted, named, lone, data, call, signsIn] = await Promise.all([
			ada.call('GET', `/t/${team}`, undefined, DUTCH),
			// Who has no session gets as far as the form's own question.
			stranger.call('POST', '/sign-in', signIn, { ...FORM, ...DUTCH }),
			stranger.call('POST', '/sign-in', signIn, {
				...FORM,
				...DUTCH,
				accept: 'application/json',
				'x-sveltekit-action': 'true'
			}),
			ada.call('POST', '/new-team', 'name=Atelier', {
				...FORM,
				...DUTCH,
				accept: 'application/json',
				'x-sveltekit-action': 'true'
			}),
			// Its page asks for the team, which nobody can say now.
			ada.call('POST', `/t/${team}?/newBoard`, '', { ...FORM, ...DUTCH }),
			ada.call('GET', `/t/${team}/__data.json`, undefined, DUTCH),
			ada.call('GET', '/api/v1/me', undefined, DUTCH),
			stranger.call(
				'POST',
				'/api/v1/session',
				{ email: 'ada@example.org', password: 'a long password' },
				{ 'accept-language': 'nl' }
			)
		]);
		for (const answer of [page, form, data, call, signsIn]) expect(answer.status).toBe(503);
		for (const answer of [page, form, scripted, named, data, call, signsIn]) {
			expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
		}
		for (const answer of [page, lone]) {
			expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
			expect(answer.headers.get('cache-control')).toBe('no-store');
			expect(answer.text).toContain('<html lang="nl"');
			expect(answer.text).toContain('Nabij is even niet bereikbaar');
		}
		for (const answer of [data, call, signsIn]) {
			expect(answer.json).toEqual({ code: 'part.down', message: expect.stringContaining('antwoordt') });
		}
		// A form keeps what was typed into it, but for secrets.
		expect(form.text).toContain('value="ada@example.org"');
		expect(form.text).toContain('antwoordt nu niet');
		expect(form.text).not.toContain('a long password');
		for (const [answer, typed] of [
			[scripted, 'ada@example.org'],
			[named, 'Atelier']
		] as const) {
			expect(answer.json).toMatchObject({ type: 'failure', status: 503, data: expect.stringContaining(typed) });
			expect(answer.json.data).toContain('antwoordt nu niet');
		}
		expect(product.output()).not.toContain('"msg":"unexpected"');

		relay.be('open');
		expect((await ada.call('GET', `/t/${team}`)).status).toBe(200);
	},
	60_000
);
