import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { addElements, deleteElements, presentElements } from '#domain/board/commands';
import { createApp, type App } from '../../server/app.ts';
import { serverOptions } from '../../server/bootstrap/server-options.mjs';
import { checkBackup } from '../../server/cli/backup.ts';
import { readConfig } from '../../server/config.ts';
import type { Viewer } from '../../server/services/sessions.ts';
import { postgresForTests } from '../support/engines.ts';
import { freshDatabase, putMigratedFolder, silent, temporaryFolder } from '../support/records.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const OPTIONS = serverOptions();

/** Where an installation keeps what it keeps; without a database of its own the embedded engines. */
type Place = Readonly<{ dataDir: string; databaseUrl?: string }>;

function envOf({ dataDir, databaseUrl }: Place): Record<string, string> {
	return {
		PATH: process.env['PATH'] ?? '',
		HOME: path.dirname(dataDir),
		DATA_DIR: dataDir,
		PORT: '0',
		MEDIA: 'off',
		LOG_LEVEL: 'warn',
		...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl })
	};
}

async function embedded(): Promise<Place> {
	const dataDir = path.join(temporaryFolder('backup'), 'data');
	await putMigratedFolder(path.join(dataDir, 'records'));
	return { dataDir };
}

async function cli(place: Place, ...args: readonly string[]) {
	const child = spawn(process.execPath, [...OPTIONS, 'server/cli/main.ts', ...args], { cwd: ROOT, env: envOf(place) });
	let out = '';
	let err = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
	child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
	const [status] = (await once(child, 'close')) as [number | null];
	return { status, out, err };
}

async function open(place: Place): Promise<App> {
	const app = await createApp(readConfig(envOf(place), { root: ROOT, share: false }), { log: silent });
	onTestFinished(() => app.close());
	return app;
}

async function someone(app: App, name: string): Promise<Viewer> {
	const asked = { name, email: `${name.toLowerCase()}@example.org` };
	const id = await app.accounts.signUp({ ...asked, password: 'a long password' });
	return { id, ...asked, guest: false, language: null };
}

const by = (viewer: Viewer) => ({ by: viewer.id, now: 1_000 });

/** A team with a board that has a past of two epochs, a link, and a session. */
async function lived(app: App) {
	const ada = await someone(app, 'Ada');
	const team = await app.teams.create(ada, 'Team');
	const [gone] = [{ id: '' }];
	const board = await app.boards.create(ada, team.id, 'Plans', (doc) => {
		[gone.id = ''] = addElements(doc, [{ t: 'note', at: [0, 0], text: 'gone' }], by(ada));
		addElements(doc, [{ t: 'note', at: [0, 0], text: 'kept' }], by(ada));
	});
	const now = new Y.Doc();
	Y.applyUpdate(now, await app.history.stateAt(ada, board.id, 1));
	const before = Y.encodeStateVector(now);
	deleteElements(now, [gone.id], 2_000);
	await app.sync.write(board.id, personOf(ada), Y.encodeStateAsUpdate(now, before));
	await app.history.purge(ada, board.id);
	const epoch = await app.boards.epochOf(board.id);
	const link = await app.links.create(ada, board.id, { role: 'viewer', expiresAt: null });
	const { token } = await app.sessions.start(ada.id);
	return { ada, team, board, epoch, link, session: token };
}

function personOf({ id, name }: Viewer) {
	return { id, name, colour: 1, guest: false, role: 'facilitator' as const };
}

/** All that was made by {@link lived} is there. */
async function expectLife(app: App, { ada, team, board, epoch, link, session }: Awaited<ReturnType<typeof lived>>) {
	expect(await app.accounts.signIn('ada@example.org', 'a long password', 'here')).toBe(ada.id);
	expect((await app.sessions.look(session))?.viewer).toMatchObject({ id: ada.id, name: 'Ada' });
	expect(await app.boards.list(ada, team.id)).toEqual(
		expect.arrayContaining([expect.objectContaining({ id: board.id, title: 'Plans', role: 'facilitator' })])
	);
	// Shown again: the secret came along.
	expect(await app.links.list(ada, board.id)).toMatchObject([{ id: link.id, token: link.token }]);
	const moments = await app.history.moments(ada, board.id);
	expect(moments.map(({ seq }) => seq)).toEqual([3, 2]);
	expect(await app.boards.epochOf(board.id)).toBe(epoch);
	const doc = new Y.Doc();
	Y.applyUpdate(doc, await app.history.stateAt(ada, board.id, 3));
	expect(presentElements(doc)).toMatchObject([{ text: 'kept' }]);
}

describe('a backup', () => {
	const server = postgresForTests();
	const grown = async (): Promise<Place> => {
		const { databaseUrl, drop } = await freshDatabase(server ?? '');
		onTestFinished(drop);
		return { dataDir: path.join(temporaryFolder('backup'), 'data'), databaseUrl };
	};
	const both = [
		{ from: 'the embedded engines', to: 'PostgreSQL', here: embedded, there: grown },
		{ from: 'PostgreSQL', to: 'the embedded engines', here: grown, there: embedded }
	];
	const ways = server ? both : [{ from: 'the embedded engines', to: 'another place', here: embedded, there: embedded }];

	test.each(ways)('of $from is read back on $to', async ({ here, there }) => {
		const [source, target] = [await here(), await there()];
		const file = path.join(temporaryFolder('backup'), 'all.gz');
		const app = await open(source);
		const life = await lived(app);
		// While it runs, and others write.
		let stop = false;
		let written = 0;
		const writing = (async () => {
			for (; !stop; written++) {
				const board = await app.boards.create(life.ada, life.team.id, `Board ${written}`, (doc) => {
					addElements(doc, [{ t: 'note', at: [0, 0], text: `note ${written}` }], by(life.ada));
				});
				expect(board.title).toBe(`Board ${written}`);
			}
		})();
		const already = written;
		const made = await cli(source, 'backup', file);
		expect(made).toMatchObject({ status: 0, out: expect.stringContaining(file), err: '' });
		stop = true;
		await writing;
		expect(fs.statSync(file).mode & 0o777).toBe(0o600);
		expect(fs.readdirSync(path.dirname(file))).toEqual(['all.gz']);
		await app.close();
		const read = await cli(target, 'restore', file);
		expect(read).toMatchObject({ status: 0, err: '' });
		expect(read.out).toMatch(/^\d+ documents and \d+ records of /u);
		const again = await open(target);
		await expectLife(again, life);
		const boards = await again.boards.list(life.ada, life.team.id);
		expect(boards.length).toBeGreaterThanOrEqual(already + 1);
		for (const { id, title } of boards.filter((one) => one.title.startsWith('Board '))) {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, await again.history.stateAt(life.ada, id, 1));
			expect(presentElements(doc)).toMatchObject([{ text: title.replace('Board', 'note') }]);
		}
		await again.close();
		const twice = await cli(target, 'restore', file);
		expect(twice).toMatchObject({ status: 1, out: '' });
		expect(twice.err).toContain('There are people or boards here already');
	});

	test('is taken where nothing runs, and never over a file that is there', async () => {
		const place = await embedded();
		const file = path.join(temporaryFolder('backup'), 'all.gz');
		expect(await cli(place, 'backup', file)).toMatchObject({ status: 0 });
		const before = fs.readFileSync(file);
		const again = await cli(place, 'backup', file);
		expect(again).toMatchObject({ status: 1, out: '' });
		expect(again.err).toContain('is there already');
		expect(fs.readFileSync(file).equals(before)).toBe(true);
	});

	test('that is not whole, altered or something else is refused before anything is written', async () => {
		const place = await embedded();
		const file = path.join(temporaryFolder('backup'), 'all.gz');
		const app = await open(place);
		await lived(app);
		await app.close();
		await cli(place, 'backup', file);
		const whole = fs.readFileSync(file);
		const lines = gunzipSync(whole).toString();
		const altered = [
			whole.subarray(0, whole.length - 20),
			gzipSync(lines.split('\n').slice(0, -2).join('\n')),
			gzipSync(lines.replace('Plans', 'Plots')),
			gzipSync(lines.replace('"format":1', '"format":2')),
			gzipSync(lines + lines),
			Buffer.from('not a backup'),
			gzipSync('{"some":"thing else"}\n')
		];
		for (const [i, bytes] of altered.entries()) {
			const bad = `${file}.${i}`;
			fs.writeFileSync(bad, bytes);
			await expect(checkBackup(bad), `${i}`).rejects.toThrow(/^[A-Z][^\n]+\.$/u);
		}
		const target = await embedded();
		const { status, out, err } = await cli(target, 'restore', `${file}.0`);
		expect({ status, out }).toEqual({ status: 1, out: '' });
		expect(err).toMatch(/^This is no backup of Nabij, or it is not whole\.\n$/u);
		expect(fs.existsSync(path.join(target.dataDir, 'documents'))).toBe(false);
	});

	test('of a folder that lies too deep for a socket is asked of the running product all the same', async () => {
		const dataDir = path.join(temporaryFolder('backup'), 'd'.repeat(60), 'e'.repeat(60));
		await putMigratedFolder(path.join(dataDir, 'records'));
		const app = await open({ dataDir });
		await someone(app, 'Ada');
		const file = path.join(temporaryFolder('backup'), 'all.gz');
		expect(await cli({ dataDir }, 'backup', file)).toMatchObject({ status: 0, err: '' });
	});

	test('that breaks off leaves no file', async () => {
		const place = await embedded();
		const file = path.join(temporaryFolder('backup'), 'no-such-folder', 'all.gz');
		const { status, out } = await cli(place, 'backup', file);
		expect({ status, out }).toEqual({ status: 1, out: '' });
		expect(fs.existsSync(path.dirname(file))).toBe(false);
	});

	test('a restore that was broken off between documents and records is begun anew', async () => {
		const place = await embedded();
		const file = path.join(temporaryFolder('backup'), 'all.gz');
		const app = await open(place);
		const life = await lived(app);
		await app.close();
		await cli(place, 'backup', file);
		const target = await embedded();
		const halfway = await open(target);
		await expect(
			halfway.backups.restore(async function* () {
				yield { document: life.board.id, epoch: 1, seq: 0, retired: [], checkpoint: null, rows: 0, snapshots: 0 };
				throw new Error('the power is gone');
			})
		).rejects.toThrow('the power is gone');
		await halfway.close();
		expect(await cli(target, 'restore', file)).toMatchObject({ status: 0, err: '' });
		await expectLife(await open(target), life);
	});
});
