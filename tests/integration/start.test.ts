/** `npm start` as a person or a supervisor runs it: npm, sh, bootstrap, server, guard and LiveKit as real processes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { launch } from '../support/product.ts';

const END_WITHIN = { timeout: 10_000, interval: 50 };

let dataDir: string;

beforeEach(() => {
	dataDir = mkdtempSync(join(tmpdir(), 'nabij-start-'));
});
afterEach(() => {
	for (const { pid } of chain()) tryKill(pid);
	rmSync(dataDir, { recursive: true, force: true });
});

type One = Readonly<{ pid: number; line: string }>;

/** Every living process that was started for this test's folder: the folder is in the environment that they inherit. */
function chain(folder = dataDir): readonly One[] {
	return readdirSync('/proc')
		.filter((entry) => /^\d+$/.test(entry))
		.flatMap((entry) => {
			try {
				const variables = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
				if (!variables.includes(`DATA_DIR=${folder}`)) return [];
				return [{ pid: Number(entry), line: readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
			} catch {
				// It ended while we looked.
				return [];
			}
		});
}

function pidOf(part: RegExp): number {
	const found = chain().find(({ line }) => part.test(line));
	if (!found)
		throw new Error(
			`no ${String(part)} among: ${chain()
				.map(({ line }) => line)
				.join(', ')}`
		);
	return found.pid;
}

function tryKill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It ended meanwhile.
	}
}

const NPM = /^npm start|npm(-cli\.js)? start/;
const BOOTSTRAP = /server\/bootstrap\.mjs start/;
const SERVER = /server\/main\.ts/;
const GUARD = /guard\.mjs/;
const LIVEKIT = /^\S*livekit-server --config/;

const npmStart = (env: Readonly<Record<string, string>> = {}) => launch('npm', { DATA_DIR: dataDir, ...env });

const ADDRESS = /Nabij is at (http:\/\/127\.0\.0\.1:\d+)\n/;
const CALLS_WORK = /media: +LiveKit \d\S+, own process, UDP port \d+\n/;
const nothingLeft = () => vi.waitFor(() => expect(chain()).toEqual([]), END_WITHIN);

describe('an end that is asked for', () => {
	test.for(['SIGTERM', 'SIGINT'] as const)(
		'%s to npm ends all of it, with status 0',
		{ timeout: 90_000 },
		async (signal) => {
			const product = npmStart();
			await product.prints(CALLS_WORK);
			const [, url = ''] = await product.prints(ADDRESS);
			expect((await fetch(`${url}/healthz`)).status).toBe(200);
			for (const part of ['records', 'documents', 'bus', 'media', 'mail']) {
				expect(product.output()).toMatch(new RegExp(`^  ${part}: +\\S`, 'm'));
			}
			for (const part of [NPM, BOOTSTRAP, SERVER, GUARD, LIVEKIT]) expect(pidOf(part)).toBeGreaterThan(0);
			const asked = Date.now();
			product.child.kill(signal);
			expect(await product.ended).toBe(0);
			expect(Date.now() - asked).toBeLessThan(10_000);
			expect(chain()).toEqual([]);
		}
	);
});

describe('a kill', () => {
	test('of npm, of the bootstrap or of the server leaves nothing, that of the server is told in a line, and the next start works', async () => {
		for (const victim of [NPM, BOOTSTRAP, SERVER]) {
			const product = npmStart();
			await product.prints(CALLS_WORK);
			process.kill(pidOf(victim), 'SIGKILL');
			await nothingLeft();
			if (victim !== SERVER) continue;
			expect(await product.ended, 'what a shell has for SIGKILL').toBe(137);
			expect(product.output()).toMatch(/^The server was ended by SIGKILL; the system does that .*\.\n$/m);
		}
		const next = npmStart();
		await next.prints(CALLS_WORK);
		expect(next.output()).not.toMatch(/Building|Installing/);
		next.child.kill('SIGTERM');
		expect(await next.ended).toBe(0);
	}, 120_000);

	test('of server and guard at once leaves a LiveKit that the next start ends', async () => {
		const product = npmStart();
		await product.prints(CALLS_WORK);
		const orphan = pidOf(LIVEKIT);
		// The guard first: the server, still living, would else be what ends LiveKit's group.
		const victims = [pidOf(SERVER), pidOf(GUARD)];
		process.kill(victims[0] ?? 0, 'SIGSTOP');
		process.kill(victims[1] ?? 0, 'SIGKILL');
		process.kill(victims[0] ?? 0, 'SIGKILL');
		await vi.waitFor(() => expect(chain().map(({ pid }) => pid)).toEqual([orphan]), END_WITHIN);
		const next = npmStart();
		await next.prints(CALLS_WORK);
		expect(chain().map(({ pid }) => pid)).not.toContain(orphan);
		next.child.kill('SIGTERM');
		expect(await next.ended).toBe(0);
		await nothingLeft();
	}, 90_000);
});

describe('a start that cannot be', () => {
	test('a port in use is one sentence and status 1', async () => {
		const other = createServer();
		await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
		const { port } = other.address() as AddressInfo;
		const product = npmStart({ PORT: String(port), MEDIA: 'off' });
		expect(await product.ended).toBe(1);
		other.close();
		expect(product.output()).toContain(`Something else already listens at 127.0.0.1:${port}.`);
		expect(product.output()).not.toMatch(/^ {4}at /m);
	}, 60_000);

	test('a variable that makes no sense is named, with status 2', async () => {
		const product = npmStart({ PORT: 'banana' });
		expect(await product.ended).toBe(2);
		expect(product.output()).toMatch(/PORT.*banana/);
	}, 60_000);

	test('a folder below a file is named with the reason', async () => {
		const file = join(dataDir, 'file');
		writeFileSync(file, '');
		const product = npmStart({ DATA_DIR: join(file, 'below'), MEDIA: 'off' });
		expect(await product.ended).toBe(1);
		expect(product.output()).toContain(
			`DATA_DIR is ${join(file, 'below')}, which cannot be written: part of that path`
		);
	}, 60_000);

	test('so is a folder where the system lets nothing be made, and nobody waits for it', async () => {
		const nowhere = '/proc/nabij/data';
		onTestFinished(() => chain(nowhere).forEach(({ pid }) => tryKill(pid)));
		const product = launch('launcher', { DATA_DIR: nowhere, MEDIA: 'off' });
		expect(await product.ended).toBe(1);
		expect(product.output()).toContain(`DATA_DIR is ${nowhere}, which cannot be written: it cannot be made there`);
	}, 20_000);

	test('a read-only file system is named as the reason', async ({ skip }) => {
		const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', dataDir]).status === 0;
		skip(!mounted, 'only root may mount');
		try {
			const product = npmStart({ MEDIA: 'off' });
			expect(await product.ended).toBe(1);
			expect(product.output()).toContain('read-only file system');
		} finally {
			spawnSync('umount', [dataDir]);
		}
	}, 60_000);

	test('a second one on the same folder is refused, and the first goes on', async () => {
		const first = npmStart({ MEDIA: 'off' });
		const [, url = ''] = await first.prints(ADDRESS);
		const second = npmStart({ MEDIA: 'off' });
		expect(await second.ended).toBe(1);
		expect(second.output()).toContain(dataDir);
		expect(second.output()).not.toMatch(/^ {4}at /m);
		expect((await fetch(`${url}/healthz`)).status).toBe(200);
		first.child.kill('SIGTERM');
		expect(await first.ended).toBe(0);
	}, 60_000);
});

test('a LIVEKIT_URL that does not answer degrades a start with auto, and refuses one with livekit', async () => {
	const keys = { LIVEKIT_URL: 'ws://127.0.0.1:9', LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 's'.repeat(32) };
	const product = npmStart({ ...keys, MEDIA: 'auto' });
	const [, url = ''] = await product.prints(ADDRESS);
	await vi.waitFor(async () => {
		expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'degraded' });
	}, END_WITHIN);
	product.child.kill('SIGTERM');
	expect(await product.ended).toBe(0);
	const refused = npmStart({ ...keys, MEDIA: 'livekit' });
	expect(await refused.ended).toBe(1);
	expect(refused.output()).toContain('MEDIA is livekit, and calls are not possible');
}, 60_000);
