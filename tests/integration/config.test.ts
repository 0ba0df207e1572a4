import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, VARIABLE_NAMES } from '../../server/config.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (env: Record<string, string>, share = false) => readConfig({ HOME: '/home/ada', ...env }, { root, share });

describe('an empty environment', () => {
	test('is enough: loopback, embedded engines, folders of one’s own', () => {
		expect(read({})).toMatchObject({
			host: '127.0.0.1',
			port: 3000,
			origin: null,
			dataDir: `${root}/data`,
			cacheDir: '/home/ada/.cache/nabij',
			databaseUrl: null,
			redisUrl: null,
			media: 'auto',
			livekit: null,
			signUp: 'open',
			trustProxy: 0,
			logLevel: 'info',
			bench: false
		});
	});

	test('and an empty variable mean the same', () => {
		const names = ['HOST', 'PORT', 'ORIGIN', 'DATABASE_URL', 'MEDIA', 'LIVEKIT_URL', 'SECRET_KEY', 'NABIJ_BENCH'];
		expect(read(Object.fromEntries(names.map((name) => [name, ' '])))).toEqual(read({}));
	});

	test('without a home folder keeps what can be fetched again with the data', () => {
		const config = readConfig({ XDG_CACHE_HOME: 'relative', HOME: '' }, { root, share: false });
		expect(config.cacheDir).toMatch(/nabij$|data\/cache$/);
	});
});

describe('values are put into one form', () => {
	test.each([
		['https://Nabij.Example.org/', 'https://nabij.example.org'],
		['https://nabij.example.org:443', 'https://nabij.example.org'],
		['http://10.0.0.7:8080', 'http://10.0.0.7:8080']
	])('ORIGIN %s is %s', (given, origin) => expect(read({ ORIGIN: given }).origin).toBe(origin));

	test('a host in brackets is an address', () => expect(read({ HOST: '[::1]' }).host).toBe('::1'));
	test('folders are relative to the project', () => expect(read({ DATA_DIR: 'x/y' }).dataDir).toBe(`${root}/x/y`));
	test('XDG_CACHE_HOME is where the cache goes', () =>
		expect(read({ XDG_CACHE_HOME: '/var/cache' }).cacheDir).toBe('/var/cache/nabij'));
	test('--share listens to the own network', () =>
		expect(read({}, true)).toMatchObject({ host: '0.0.0.0', share: true }));
	test('an existing LiveKit is taken as it is', () =>
		expect(
			read({ LIVEKIT_URL: 'wss://lk.example.org', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' }).livekit
		).toEqual({ url: 'wss://lk.example.org', apiKey: 'k', apiSecret: 's' }));
});

describe('a value that makes no sense is refused with a sentence that names the variable', () => {
	const s3 = { S3_ENDPOINT: 'https://s3.example.org', S3_REGION: 'eu', S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a' };
	test.each<[string, Record<string, string>]>([
		['PORT', { PORT: 'abc' }],
		['PORT', { PORT: '65536' }],
		['PORT', { PORT: '-1' }],
		['PORT', { PORT: '3000.5' }],
		['HOST', { HOST: 'not a host' }],
		['HOST', { HOST: '999.0.0.1' }],
		['HOST', { HOST: '0.0.0.0' }],
		['HOST', { HOST: '::' }],
		['HOST', { HOST: '192.168.1.7' }],
		['ORIGIN', { ORIGIN: 'nabij.example.org' }],
		['ORIGIN', { ORIGIN: 'ftp://nabij.example.org' }],
		['ORIGIN', { ORIGIN: 'https://nabij.example.org/path' }],
		['ORIGIN', { ORIGIN: 'https://someone@nabij.example.org' }],
		['DATABASE_URL', { DATABASE_URL: 'mysql://localhost/nabij' }],
		['DATABASE_URL', { DATABASE_URL: 'localhost' }],
		...['0', 'abc', '1.5', '301', 'Infinity'].map((seconds): [string, Record<string, string>] => [
			'DATABASE_URL',
			{ DATABASE_URL: `postgres://db/nabij?connect_timeout=${seconds}` }
		]),
		['REDIS_URL', { REDIS_URL: 'http://localhost', SECRET_KEY: 'x'.repeat(32) }],
		['SECRET_KEY', { REDIS_URL: 'redis://localhost' }],
		['SECRET_KEY', { SECRET_KEY: 'short' }],
		['S3_SECRET_ACCESS_KEY', s3],
		['MEDIA', { MEDIA: 'zoom' }],
		['LIVEKIT_URL', { LIVEKIT_URL: 'tcp://lk', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' }],
		['LIVEKIT_API_SECRET', { LIVEKIT_URL: 'ws://lk', LIVEKIT_API_KEY: 'k' }],
		['LIVEKIT_URL', { LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' }],
		['MEDIA_UDP_PORT', { MEDIA_UDP_PORT: '0' }],
		['MEDIA_TCP_PORT', { MEDIA_HTTP_PORT: '7880', MEDIA_TCP_PORT: '7880' }],
		['MEDIA_HTTP_PORT', { MEDIA_HTTP_PORT: '3000' }],
		['SMTP_URL', { SMTP_URL: 'mail.example.org' }],
		['MAIL_FROM', { MAIL_FROM: 'nobody' }],
		['SIGN_UP', { SIGN_UP: 'closed' }],
		['TRUST_PROXY', { TRUST_PROXY: 'yes' }],
		['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
		['NABIJ_BENCH', { NABIJ_BENCH: 'on' }]
	])('%s %o', (name, env) => {
		const refusal = catching(() => read(env));
		expect(refusal).toBeInstanceOf(ConfigError);
		expect(refusal?.message).toMatch(new RegExp(`\\b${name}\\b.+\\.$`));
	});

	test('and never shows a password', () => {
		const refusal = catching(() => read({ DATABASE_URL: 'mysql://ada:geheim@db/nabij' }));
		expect(refusal?.message).not.toContain('geheim');
	});

	test('a host off loopback is right with ORIGIN or with --share', () => {
		expect(read({ HOST: '0.0.0.0', ORIGIN: 'https://nabij.example.org' }).host).toBe('0.0.0.0');
		expect(read({ HOST: '192.168.1.7' }, true).host).toBe('192.168.1.7');
	});
});

function catching(run: () => unknown): Error | null {
	try {
		run();
		return null;
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}

test('nothing that a shell says about the product reaches the tests’ own products, but where fetched things are kept', () => {
	const script = `import('./server/bootstrap/commands.mjs').then(async ({ testEnvironment }) => {
		console.log(JSON.stringify(await testEnvironment()));
	})`;
	const said = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, 'said']));
	const env = { ...said, NODE_ENV: 'production', PATH: '/usr/bin' };
	const out = execFileSync(process.execPath, ['-e', script], { cwd: root, env, encoding: 'utf8' });
	expect(JSON.parse(out)).toEqual({ PATH: '/usr/bin', CACHE_DIR: 'said' });
	expect(VARIABLE_NAMES).toEqual(expect.arrayContaining(['MEDIA', 'SECRET_KEY', 'LIVEKIT_URL', 'SIGN_UP']));
});
