import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TokenVerifier } from 'livekit-server-sdk';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMedia } from '../../server/adapters/livekit/media-server.ts';
import { readConfig } from '../../server/config.ts';
import type { MediaServer } from '../../server/ports/media-server.ts';

const root = resolve(import.meta.dirname, '../..');
const log = pino({ level: 'silent' });
// Made once a machine; a first run on a bare one builds it, which takes minutes.
const CACHE_DIR = process.env['CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nabij');
const PATIENCE = { timeout: 300_000, interval: 50 };

let dataDir: string;
let media: MediaServer | null = null;

beforeEach(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'nabij-media-'));
});
afterEach(async () => {
	await media?.close();
	media = null;
	await rm(dataDir, { recursive: true, force: true });
});

async function open(env: Record<string, string> = {}): Promise<MediaServer> {
	const config = readConfig({ DATA_DIR: dataDir, CACHE_DIR, ...env }, { root, share: false });
	return (media = await openMedia({ config, log }));
}

async function ownPid(): Promise<number> {
	return Number(await readFile(join(dataDir, 'livekit', 'pid'), 'utf8'));
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

const grant = { room: 'room', identity: 'ada:1', name: 'Ada', mayPublish: true, mayShareScreen: false };

test('our own LiveKit starts, is started again after a kill, and ends with us', { timeout: 320_000 }, async () => {
	const own = await open();
	await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
	const first = await ownPid();
	const states: string[] = [];
	own.onChange((state) => states.push(state.is));
	process.kill(first, 'SIGKILL');
	await vi.waitFor(() => expect(states).toEqual(['down', 'up']), PATIENCE);
	const second = await ownPid();
	expect(second).not.toBe(first);
	expect(await own.participants('room')).toEqual([]);
	await own.removeParticipant('room', 'nobody:1');
	for (const name of ['keys', 'livekit.yaml']) {
		expect((await stat(join(dataDir, 'livekit', name))).mode & 0o777).toBe(0o600);
	}
	await own.close();
	expect(lives(second)).toBe(false);
});

test('a token lives ten minutes and grants the least', { timeout: 320_000 }, async () => {
	const own = await open();
	await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
	const keys = JSON.parse(await readFile(join(dataDir, 'livekit', 'keys'), 'utf8')) as Record<string, string>;
	const verifier = new TokenVerifier(keys['apiKey'] ?? '', keys['apiSecret'] ?? '');
	const editor = await verifier.verify(await own.token(grant));
	expect(editor.video).toEqual({
		room: 'room',
		roomJoin: true,
		canSubscribe: true,
		canPublish: true,
		canPublishSources: ['microphone', 'camera'],
		canPublishData: false,
		canUpdateOwnMetadata: false
	});
	expect((editor.exp ?? 0) - Date.now() / 1000).toBeLessThanOrEqual(600);
	const viewer = await verifier.verify(await own.token({ ...grant, mayPublish: false, mayShareScreen: true }));
	expect(viewer.video).toMatchObject({ canPublish: false });
	expect(viewer.video).not.toHaveProperty('canPublishSources');
});

test('with MEDIA=off calls are refused as off, and nothing is started', async () => {
	const none = await open({ MEDIA: 'off' });
	expect(none).toMatchObject({ state: { is: 'off' }, upstream: null });
	await expect(none.token(grant)).rejects.toMatchObject({ code: 'call.off' });
});

test('a LIVEKIT_URL that does not answer is down with auto, and refuses the start with livekit', async () => {
	const silent = createServer((socket) => socket.destroy());
	await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
	const { port } = silent.address() as AddressInfo;
	const keys = { LIVEKIT_URL: `ws://127.0.0.1:${port}`, LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 's'.repeat(32) };
	try {
		const far = await open(keys);
		await vi.waitFor(() => expect(far.state.is).toBe('down'), 10_000);
		await expect(far.token(grant)).rejects.toMatchObject({ code: 'call.down' });
		await expect(open({ ...keys, MEDIA: 'livekit' })).rejects.toThrow(/LIVEKIT_URL does not answer/);
	} finally {
		silent.close();
	}
});
