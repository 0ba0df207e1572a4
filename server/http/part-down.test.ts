import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Refused } from '#domain/refusal';
import { createHttp } from './api.ts';
import { refusalOf } from './part-down.ts';

const http = createHttp({
	config: { origin: null, share: false, trustProxy: 0 },
	log: pino({ level: 'silent' }),
	readSession: async () => null
});
const asked = {
	request: new Request('http://nabij.test/api/v1/me'),
	url: new URL('http://nabij.test/api/v1/me'),
	locals: { viewer: null, language: 'en' },
	getClientAddress: () => '192.0.2.1'
} as const;

test('a call while the database is away is answered with 503 and when to come back', async () => {
	// Port 1 of this machine: nothing listens there.
	const pool = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'nabij' });
	onTestFinished(() => pool.end());
	const answer = await http.answer(asked, async () => {
		await drizzle(pool).execute('select 1');
		return new Response(null);
	});
	expect(answer.status).toBe(503);
	expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
	expect(await answer.json()).toEqual({ code: 'part.down', message: expect.any(String) });
});

test('that a part is away is said once, not by every call that fails meanwhile', async () => {
	const warned: string[] = [];
	const log = pino({ level: 'warn' }, { write: (line: string) => warned.push(line) });
	const loud = createHttp({
		config: { origin: null, share: false, trustProxy: 0 },
		log,
		readSession: async () => null
	});
	const away = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
	for (let i = 0; i < 5; i++) expect((await loud.answer(asked, away)).status).toBe(503);
	expect(warned).toHaveLength(1);
});

test('a bug stays a 500', async () => {
	const answer = await http.answer(asked, () => Promise.reject(new TypeError('x is not a function')));
	expect(answer.status).toBe(500);
});

test('a part that cannot be reached is known by its error or one among its causes', () => {
	const reset = Object.assign(new Error('The embedded database stopped'), { code: 'ECONNRESET' });
	for (const error of [
		reset,
		new Error('Failed query', { cause: reset }),
		new Error('Connection terminated unexpectedly'),
		Object.assign(new Error('terminating connection'), { code: '57P01' }),
		Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' })
	]) {
		expect(refusalOf(error), error.message).toMatchObject({ code: 'part.down' });
	}
	const taken = new Refused('account.email-taken');
	expect(refusalOf(taken)).toBe(taken);
	expect(refusalOf(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBeNull();
	expect(refusalOf('ECONNREFUSED')).toBeNull();
});
