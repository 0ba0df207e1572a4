import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../../server/adapters/pglite/lock.ts';
import { openSqliteDocumentStore } from '../../server/adapters/sqlite/document-store.ts';
import { createApp } from '../../server/app.ts';
import { serverOptions } from '../../server/bootstrap/server-options.mjs';
import { readConfig } from '../../server/config.ts';
import { putMigratedFolder, silent } from '../support/records.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OPTIONS = serverOptions();
const PASSWORD = 'a long password';

let home: string;
let dataDir: string;
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'nabij-cli-'));
	dataDir = join(home, 'data');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

type Asked = Readonly<{ env?: Readonly<Record<string, string>>; stdin?: string }>;

/** A process of its own, as `npm run cli -- …` starts it once the packages are there. */
async function cli(args: readonly string[], { env = {}, stdin = '' }: Asked = {}) {
	const child = spawn(process.execPath, [...OPTIONS, 'server/cli/main.ts', ...args], {
		cwd: ROOT,
		env: { PATH: process.env['PATH'] ?? '', HOME: home, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...env }
	});
	let out = '';
	let err = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
	child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
	// A command that reads nothing may be gone before it is written to.
	child.stdin.on('error', () => undefined).end(stdin);
	const [status] = (await once(child, 'close')) as [number | null];
	return { status, out, err };
}

/** The folder has been started on before: what the first start makes, `migrate` makes. */
const afterFirstStart = () => putMigratedFolder(join(dataDir, 'records'));

/** Takes the folder as a running Nabij does. */
function lockRecords() {
	const records = join(dataDir, 'records');
	mkdirSync(records, { recursive: true });
	return lockFolder(records, join(records, 'lock'));
}

/** The product on the folder that a command worked on. */
async function open() {
	const env = { HOME: home, DATA_DIR: dataDir, MEDIA: 'off', LOG_LEVEL: 'silent' };
	return createApp(readConfig(env, { root: ROOT, share: false }));
}

describe('what was typed', () => {
	test('nothing lists the commands', async () => {
		const { status, out } = await cli([]);
		expect(status).toBe(0);
		for (const name of ['doctor', 'migrate', 'create-user NAME EMAIL', 'seed']) expect(out).toContain(`  ${name} `);
	});

	test.each([
		[
			['constructor'],
			/^"constructor" is not a command; there are: doctor, migrate, create-user, backup, restore, seed, help\.\n$/
		],
		[['create-user', 'Ada'], /^It goes like this: npm run cli -- create-user NAME EMAIL\n$/],
		[['migrate', 'now'], /^It goes like this: npm run cli -- migrate\n$/]
	])('%j is a sentence and status 2', async (args, sentence) => {
		const { status, out, err } = await cli(args);
		expect({ status, out }).toEqual({ status: 2, out: '' });
		expect(err).toMatch(sentence);
	});

	test('an environment that makes no sense is its sentence and status 2', async () => {
		const { status, err } = await cli(['migrate'], { env: { REDIS_URL: 'redis://127.0.0.1:1' } });
		expect(status).toBe(2);
		expect(err).toMatch(/^REDIS_URL is set, .*SECRET_KEY must be set too.*\n$/);
		expect(existsSync(dataDir)).toBe(false);
	});
});

describe('migrate', () => {
	test('makes the database, and finds it made the next time', async () => {
		for (const time of ['first', 'second']) {
			expect(await cli(['migrate']), time).toMatchObject({ status: 0, out: expect.stringContaining(dataDir), err: '' });
		}
		const app = await open();
		expect(await app.teams.of('nobody')).toEqual([]);
		await app.close();
	});

	test('of a folder that a running Nabij has changes nothing and says whose it is', async () => {
		const lock = lockRecords();
		const there = () => readdirSync(dataDir, { recursive: true });
		const before = there();
		try {
			const { status, out, err } = await cli(['migrate']);
			expect({ status, out }).toEqual({ status: 1, out: '' });
			expect(err).toMatch(/^The data folder \S+ is in use by another running Nabij\. Stop that one first.*\n$/);
			expect(there()).toEqual(before);
		} finally {
			lock.release();
		}
	});
});

describe('create-user', () => {
	test('prints the id alone, and the person signs in with the password from stdin', async () => {
		await afterFirstStart();
		const { status, out, err } = await cli(['create-user', 'Ada L', 'ada@example.org'], {
			stdin: `${PASSWORD}\r\nnot this\n`
		});
		expect({ status, err }).toEqual({ status: 0, err: '' });
		const app = await open();
		expect(`${await app.accounts.signIn('ada@example.org', PASSWORD, 'here')}\n`).toBe(out);
		await app.close();
	});

	test('needs no invitation where everyone else does, and refuses an address that is taken', async () => {
		await afterFirstStart();
		const env = { SIGN_UP: 'invited' };
		expect((await cli(['create-user', 'Ada', 'ada@example.org'], { env, stdin: PASSWORD })).status).toBe(0);
		expect((await cli(['create-user', 'Bo', 'bo@example.org'], { env, stdin: PASSWORD })).status).toBe(0);
		const again = await cli(['create-user', 'Bo', 'BO@example.org'], { env, stdin: PASSWORD });
		expect(again).toEqual({ status: 1, out: '', err: 'There is already an account with this address.\n' });
	});

	test.each([
		['Ada', 'no address', PASSWORD, 'That is not an email address.\n'],
		['  ', 'ada@example.org', PASSWORD, 'Tell us what to call you.\n'],
		['Ada', 'ada@example.org', 'short', 'Choose a password of at least 8 characters.\n'],
		['Ada', 'ada@example.org', '', 'A password is needed: type it, or give it on stdin.\n']
	])('refuses %j, %j, %j before anything is opened', async (name, email, stdin, err) => {
		expect(await cli(['create-user', name, email], { stdin })).toEqual({ status: 1, out: '', err });
		expect(existsSync(dataDir)).toBe(false);
	});
});

describe('seed', () => {
	test('prints with what three people of one team with two boards sign in, once', async () => {
		await afterFirstStart();
		const { status, out } = await cli(['seed']);
		expect(status).toBe(0);
		const [, password = ''] = /password (\S+) as/.exec(out) ?? [];
		const addresses = out.match(/\S+@\S+/g) ?? [];
		expect(addresses).toHaveLength(3);
		expect(await cli(['seed'])).toMatchObject({ status: 1, out: '', err: expect.stringMatching(/already an account/) });
		const app = await open();
		const seen = await Promise.all(
			addresses.map(async (email) => {
				const id = await app.accounts.signIn(email, password, 'here');
				const [team] = await app.teams.of(id);
				const viewer = { id, name: email, email, guest: false, language: null };
				const boards = await app.boards.list(viewer, team?.id ?? '');
				return { team: team?.id, role: team?.role, boards: boards.map(({ id }) => id) };
			})
		);
		await app.close();
		const store = await openSqliteDocumentStore({ file: join(dataDir, 'documents', 'log.sqlite'), log: silent });
		const sizes = await Promise.all((seen[0]?.boards ?? []).map(async (id) => (await store.load(id)).updates.length));
		await store.close();
		expect(sizes, 'no board is empty').toEqual([1, 1]);
		expect(new Set(seen.map((one) => one.team)).size).toBe(1);
		expect(seen.map((one) => one.role)).toEqual(['owner', 'member', 'member']);
		expect(seen.map((one) => one.boards.length)).toEqual([2, 2, 2]);
	});
});

describe('doctor', () => {
	/** A machine with nothing on PATH. */
	const bare = { PATH: '/nowhere', MEDIA: 'auto', CACHE_DIR: '/nowhere' };

	test('says ok of each part and changes nothing', async () => {
		const { status, out, err } = await cli(['doctor'], { env: { MEDIA: 'off' } });
		expect({ status, err }).toEqual({ status: 0, err: '' });
		for (const part of ['Node', 'npm', 'DATA_DIR', 'disk', 'data', 'PORT', 'database', 'bus', 'calls']) {
			expect(out).toMatch(new RegExp(`^ok +${part} `, 'm'));
		}
		expect(out).toMatch(/^Nabij can start here\.$/m);
		expect(readdirSync(home)).toEqual([]);
	});

	test('tells what to do about missing calls, which only MEDIA=livekit makes a reason not to start', async () => {
		const without = await cli(['doctor'], { env: bare });
		expect(without.status).toBe(0);
		expect(without.out).toMatch(/^lacks +calls .*no Go.*\(Nabij starts without\): .*LIVEKIT_URL/m);
		const wanted = await cli(['doctor'], { env: { ...bare, MEDIA: 'livekit' } });
		expect(wanted).toMatchObject({ status: 1, out: expect.stringMatching(/cannot start here yet: calls\.\n$/) });
	});

	test('says that CHROMIUM_PATH leads to nothing that runs, which only the tests mind', async () => {
		const { status, out } = await cli(['doctor'], { env: { ...bare, CHROMIUM_PATH: '/bin/false' } });
		expect(status).toBe(0);
		expect(out).toMatch(/^lacks +Chromium +CHROMIUM_PATH is \/bin\/false, which does not run.*: set CHROMIUM_PATH/m);
	});

	test('finds the LiveKit that a start has kept', async () => {
		const folder = join(home, 'livekit', '1.13.5');
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'livekit-server'), '#!/bin/sh\necho "livekit-server version 1.13.5"\n');
		chmodSync(join(folder, 'livekit-server'), 0o755);
		const { out } = await cli(['doctor'], { env: { ...bare, CACHE_DIR: home } });
		expect(out).toMatch(/^ok +calls +LiveKit 1\.13\.5/m);
	});

	test('says that a running Nabij has the folder, and looks without disturbing it', async () => {
		const lock = lockRecords();
		try {
			const { status, out } = await cli(['doctor'], { env: { MEDIA: 'off' } });
			expect(status).toBe(1);
			expect(out).toMatch(/^lacks +data +a running Nabij works on this folder: stop that one/m);
		} finally {
			lock.release();
		}
		expect((await cli(['doctor'], { env: { MEDIA: 'off' } })).status).toBe(0);
	});

	test('says that the port is in use', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		try {
			const { status, out } = await cli(['doctor'], { env: { MEDIA: 'off', PORT: String(port) } });
			expect(status).toBe(1);
			expect(out).toMatch(new RegExp(`^lacks +PORT +${port} on 127\\.0\\.0\\.1 is in use: .*set PORT`, 'm'));
		} finally {
			server.close();
		}
	});

	test('says that the data folder would lie under a file', async () => {
		writeFileSync(join(home, 'file'), '');
		const { status, out } = await cli(['doctor'], { env: { MEDIA: 'off', DATA_DIR: join(home, 'file', 'data') } });
		expect(status).toBe(1);
		expect(out).toMatch(/^lacks +DATA_DIR +\S+\/file is a file: set DATA_DIR/m);
	});

	test('asks each server it was told of, and names none of their passwords', async () => {
		const { status, out, err } = await cli(['doctor'], {
			env: {
				DATABASE_URL: 'postgres://ada:hush@127.0.0.1:1/nabij?connect_timeout=1',
				REDIS_URL: 'redis://:hush@127.0.0.1:1',
				SECRET_KEY: 'hush-hush-hush-hush',
				LIVEKIT_URL: 'ws://127.0.0.1:1',
				LIVEKIT_API_KEY: 'key',
				LIVEKIT_API_SECRET: 'hush-hush-hush-hush-hush-hush-hush'
			}
		});
		expect(status).toBe(1);
		expect(out).toMatch(/^lacks +database .*cannot be reached.*: start it, or correct DATABASE_URL/m);
		expect(out).toMatch(/^lacks +bus .*: start it, or correct REDIS_URL/m);
		expect(out).toMatch(/^lacks +calls +LIVEKIT_URL does not answer \(Nabij starts without\)/m);
		expect(out).toMatch(/cannot start here yet: database, bus\.\n$/);
		expect(out + err).not.toContain('hush');
	});
});
