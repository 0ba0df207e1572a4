import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SignalResponse } from '@livekit/protocol';
import { AccessToken, TokenVerifier } from 'livekit-server-sdk';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openMedia } from '../../server/adapters/livekit/media-server.ts';
import { proxyMedia } from '../../server/adapters/livekit/proxy.ts';
import { readConfig } from '../../server/config.ts';
import type { MediaServer } from '../../server/ports/media-server.ts';

const root = resolve(import.meta.dirname, '../..');
const log = pino({ level: 'silent' });
// Made once a machine; a first run on a bare one builds it, which takes minutes.
const CACHE_DIR = process.env['CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nabij');
const PATIENT = { timeout: 320_000 };
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

async function open(env: Record<string, string> = {}, its = log): Promise<MediaServer> {
	const config = readConfig({ DATA_DIR: dataDir, CACHE_DIR, ...env }, { root, share: false });
	return (media = await openMedia({ config, log: its }));
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

const grant = { room: 'room', identity: 'ada:1', name: 'Ada', pass: 'sealed', mayPublish: true, mayShareScreen: false };

test('our own LiveKit starts, is started again after a kill, and ends with us', PATIENT, async () => {
	const lines: string[] = [];
	const own = await open({}, pino({ level: 'info' }, { write: (line) => void lines.push(line) }));
	await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
	const first = await ownPid();
	const states: string[] = [];
	own.onChange((state) => states.push(state.is));
	process.kill(first, 'SIGABRT');
	await vi.waitFor(() => expect(states).toEqual(['down', 'up']), PATIENCE);
	// Aborted, it writes the stack of each thread: that is for those who look for it.
	expect(lines.map((line) => line.length < 300 && JSON.parse(line).msg)).toEqual(['LiveKit ended']);
	const second = await ownPid();
	expect(second).not.toBe(first);
	expect(await own.participants('room')).toEqual([]);
	expect(await own.removeParticipant('room', { identity: 'nobody:1', sid: 'gone' })).toBe(true);
	for (const name of ['keys', 'livekit.yaml']) {
		expect((await stat(join(dataDir, 'livekit', name))).mode & 0o777).toBe(0o600);
	}
	await own.close();
	expect(lives(second)).toBe(false);
});

test('a token lives ten minutes and grants the least', PATIENT, async () => {
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

/** A door with the proxy behind it, to the LiveKit that is up. Whom it admits is the test's word. */
async function door(own: MediaServer, admits: (token: string) => Promise<boolean>) {
	const proxy = proxyMedia({ media: own, admits, log });
	const server = createHttpServer((req, res) => void proxy.http(req, res));
	server.on('upgrade', (req, socket, head) => void proxy.upgrade(req, socket, head));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return {
		ask: async (query: string, headers: Record<string, string> = {}) =>
			(await fetch(`http://127.0.0.1:${port}/livekit/rtc/validate${query}`, { headers })).status,
		/** The socket that a browser signals through, or the status or close code that it got instead. */
		async knock(token: string): Promise<WebSocket | number> {
			const socket = new WebSocket(`ws://127.0.0.1:${port}/livekit/rtc?access_token=${token}&protocol=16`);
			socket.on('error', () => undefined);
			onTestFinished(() => socket.terminate());
			return new Promise((resolve) => {
				socket.once('message', () => resolve(socket));
				socket.once('close', resolve);
				socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
			});
		}
	};
}

test(
	'signalling passes for who is admitted, by either way of showing a token, and for nobody else',
	PATIENT,
	async () => {
		const own = await open();
		await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
		const [good, gone] = [await own.token(grant), await own.token({ ...grant, identity: 'bo:1' })];
		const { ask, knock } = await door(own, async (token) => token === good);
		expect(await ask(`?access_token=${good}`)).toBe(200);
		expect(await ask('', { authorization: `Bearer ${good}` })).toBe(200);
		expect(await ask('')).toBe(401);
		expect(await ask(`?access_token=${gone}`)).toBe(401);
		expect(await ask(`?access_token=${good}`, { authorization: `Bearer ${gone}` }), 'which of the two?').toBe(401);
		expect(await ask(`?access_token=${good}&access_token=${gone}`)).toBe(401);
		expect(await knock(gone)).toBe(401);
		expect(await own.participants('room')).toEqual([]);
		const rights = { mayPublish: true, mayShareScreen: false };
		expect(await knock(good)).toBeInstanceOf(WebSocket);
		expect(await own.participants('room')).toEqual([
			{ sid: expect.any(String), identity: 'ada:1', pass: 'sealed', ...rights }
		]);
		expect(await own.rooms()).toEqual(['room']);
	}
);

test(
	'who is put out is the stay that was named, and nobody who came in since under the same identity',
	PATIENT,
	async () => {
		const own = await open();
		await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
		const { knock } = await door(own, async () => true);
		const stay = async () => {
			expect(await knock(await own.token(grant))).toBeInstanceOf(WebSocket);
			const [member] = await own.participants('room');
			if (!member) throw new Error('nobody came in');
			return member;
		};
		const [first, second] = [await stay(), await stay()];
		expect(await own.removeParticipant('room', first)).toBe(false);
		expect(await own.participants('room')).toEqual([second]);
		expect(await own.removeParticipant('room', second)).toBe(true);
		await vi.waitFor(async () => expect(await own.participants('room')).toEqual([]));
	}
);

test('while nobody can say who is admitted, the answer is to come back later', PATIENT, async () => {
	const own = await open();
	await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
	const { ask, knock } = await door(own, () => Promise.reject(new Error('the records are away')));
	expect(await ask(`?access_token=${await own.token(grant)}`)).toBe(503);
	expect(await knock(await own.token(grant)), 'a socket that opened, or a console would show its address').toBe(1013);
});

test(
	'a token says what it was given for, also after LiveKit has renewed it; a stranger’s says nothing',
	PATIENT,
	async () => {
		const own = await open();
		await vi.waitFor(() => expect(own.state.is).toBe('up'), PATIENCE);
		for (const one of [grant, { ...grant, mayShareScreen: true }, { ...grant, mayPublish: false }]) {
			expect(await own.read(await own.token(one))).toEqual(one);
		}
		const stranger = new AccessToken('nabij', 's'.repeat(32), {
			identity: 'ada:1',
			attributes: { 'nabij.pass': 'sealed' }
		});
		stranger.addGrant({ room: 'room', roomJoin: true });
		expect(await own.read(await stranger.toJwt())).toBeNull();
		expect(await own.read('not a token')).toBeNull();

		const { knock } = await door(own, async () => true);
		const token = await own.token(grant);
		const socket = await knock(token);
		if (typeof socket === 'number') throw new Error(`it answered ${socket}`);
		const renewed = await new Promise<string>((resolve) => {
			socket.on('message', (bytes: Buffer) => {
				const { message } = SignalResponse.fromBinary(bytes);
				if (message.case === 'refreshToken') resolve(message.value);
			});
		});
		expect(renewed).not.toBe(token);
		expect(await own.read(renewed)).toEqual(grant);
	}
);

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
