import { DrizzleQueryError } from 'drizzle-orm/errors';
import { expect, test } from 'vitest';
import { createLog, safeUrl } from '#server/log';

function written(write: (log: ReturnType<typeof createLog>) => void): string {
	const lines: string[] = [];
	write(createLog({ logLevel: 'trace' }, { write: (line) => void lines.push(line) }));
	expect(lines).not.toEqual([]);
	return lines.join('');
}

test('no password, cookie or token is written, whatever it is logged under', () => {
	const secret = 's3cret-s3cret';
	const text = written((log) => {
		log.info({ password: secret, token: secret, cookie: secret, authorization: secret }, 'a');
		log.info({ req: { headers: { cookie: secret, authorization: secret, 'set-cookie': [secret] } } }, 'b');
		log.info({ account: { password: secret, passwordHash: secret } }, 'c');
		log.info({ url: `/livekit/rtc?access_token=${secret}` }, 'd');
		log.info({ url: `/join/${secret}`, path: `/g/${secret}` }, 'e');
		log.error({ err: new Error(`GET http://127.0.0.1:7880/rtc?access_token=${secret}&x=1 failed`) }, 'f');
		log.error({ err: new DrizzleQueryError('select $1', [secret], new Error('gone')) }, 'g');
		log.error({ err: new Error('outer', { cause: new DrizzleQueryError('select $1', [secret]) }) }, 'h');
		log.child({ part: 'calls' }).warn({ token: secret }, 'i');
	});
	expect(text).not.toContain(secret);
});

test('what is written is JSON lines with the time, the level and what happened', () => {
	const line = JSON.parse(written((log) => log.warn({ board: 'b1', err: new TypeError('odd') }, 'a room closed')));
	expect(line).toMatchObject({
		level: 40,
		board: 'b1',
		msg: 'a room closed',
		err: { type: 'TypeError', message: 'odd' }
	});
	expect(line.err.stack).toContain('log.test.ts');
	expect(Date.parse(line.time)).not.toBeNaN();
});

test('an address keeps its path and loses what opens something', () => {
	expect(safeUrl('/g/abc/more?x=1')).toBe('/g/[cut]/more');
	expect(safeUrl('https://nabij.test/join/abc#x')).toBe('https://nabij.test/join/[cut]');
	expect(safeUrl('/t/team/boards')).toBe('/t/team/boards');
});
