/** Our own LiveKit: its files in DATA_DIR/livekit, its ports, one run of it, and what a killed run left behind. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isLoopback, type Config } from '../../config.ts';
import type { Binary } from './binary.ts';
import { runGuarded, type Guarded } from './guarded.ts';

const READY_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 100;

export type Keys = Readonly<{ apiKey: string; apiSecret: string }>;
export type Ports = Readonly<{ http: number; udp: number; tcp: number }>;
export type MediaConfig = Pick<Config, 'dataDir' | 'cacheDir' | 'host' | 'origin' | 'share' | 'mediaPorts'>;

const keysSchema = z.object({ apiKey: z.string().min(8), apiSecret: z.string().min(32) });

/** The keys of this installation, made once. */
export async function keepKeys(dataDir: string): Promise<Keys> {
	const folder = join(dataDir, 'livekit');
	const file = join(folder, 'keys');
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const kept = await readFile(file, 'utf8').then((text) => keysSchema.safeParse(tryJson(text)).data, noFile);
	if (kept) return kept;
	const made = { apiKey: `nabij${randomBytes(6).toString('hex')}`, apiSecret: randomBytes(32).toString('base64url') };
	await writeFile(file, JSON.stringify(made), { mode: 0o600 });
	return made;
}

/** The ports asked for, and free ones for the rest. */
export async function choosePorts({ mediaPorts }: Pick<Config, 'mediaPorts'>): Promise<Ports> {
	const [http, tcp, udp] = await Promise.all([freeTcpPort(), freeTcpPort(), freeUdpPort()]);
	return { http: mediaPorts.http ?? http, udp: mediaPorts.udp ?? udp, tcp: mediaPorts.tcp ?? tcp };
}

/** Starts one run and resolves when it answers. Rejects, with nothing left running, when it does not. */
export async function startOwn(binary: Binary, config: MediaConfig, keys: Keys, ports: Ports): Promise<Guarded> {
	const folder = join(config.dataDir, 'livekit');
	const settings = join(folder, 'livekit.yaml');
	await endOrphan(config.dataDir);
	await writeFile(settings, JSON.stringify(settingsFor(config, keys, ports)), { mode: 0o600 });
	const server = runGuarded(binary.path, ['--config', settings]);
	const pid = await server.pid;
	if (pid !== null) await writeFile(join(folder, 'pid'), String(pid));
	if (await answersBefore(server, ports.http)) return server;
	await server.end();
	throw new Error(`LiveKit did not start: ${server.lastWords().split('\n').at(-1) ?? ''}`);
}

/** Ends a LiveKit of ours that outlived us: one whose command line names our settings, never another's. */
export async function endOrphan(dataDir: string): Promise<void> {
	const file = join(dataDir, 'livekit', 'pid');
	const pid = Number(await readFile(file, 'utf8').catch(noFile));
	if (!pid) return;
	if (await isOurs(pid, dataDir)) {
		process.kill(pid, 'SIGKILL');
		while (await isOurs(pid, dataDir)) await new Promise((resolve) => setTimeout(resolve, 20));
	}
	await rm(file, { force: true });
}

async function isOurs(pid: number, dataDir: string): Promise<boolean> {
	const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(noFile);
	return line?.split('\0').includes(join(dataDir, 'livekit', 'livekit.yaml')) ?? false;
}

function settingsFor(config: MediaConfig, { apiKey, apiSecret }: Keys, { http, udp, tcp }: Ports) {
	const addresses = Object.entries(networkInterfaces()).flatMap(([name, some]) =>
		(some ?? []).map((one) => ({ name, ...one }))
	);
	const atHome = isLoopback(config.host) && !config.origin && !config.share;
	const loopback = addresses.find((one) => one.internal)?.name ?? 'lo';
	const outside = addresses.find((one) => !one.internal && one.family === 'IPv4')?.address ?? '127.0.0.1';
	const chosen = !isLoopback(config.host) && config.host !== '0.0.0.0' && /^[\d.]+$/.test(config.host);
	return {
		port: http,
		// Signalling comes through our own origin.
		bind_addresses: ['127.0.0.1'],
		rtc: {
			udp_port: udp,
			tcp_port: tcp,
			node_ip: atHome ? '127.0.0.1' : chosen ? config.host : outside,
			// Nobody else's STUN server learns who calls.
			use_external_ip: false,
			stun_servers: [],
			enable_loopback_candidate: true,
			...(atHome ? { interfaces: { includes: [loopback] } } : {})
		},
		keys: { [apiKey]: apiSecret },
		logging: { level: 'warn', json: true },
		room: { auto_create: true, empty_timeout: 30, departure_timeout: 10 }
	};
}

async function answersBefore(server: Guarded, port: number): Promise<boolean> {
	let over = false;
	void server.ended.then(() => (over = true));
	const until = Date.now() + READY_WITHIN_MS;
	while (!over && Date.now() < until) {
		const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
		if (answer?.ok && !over) return true;
		await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
	}
	return false;
}

function freeTcpPort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}

function freeUdpPort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const socket = createSocket('udp4').once('error', reject);
		socket.bind(0, () => {
			const { port } = socket.address();
			socket.close(() => resolve(port));
		});
	});
}

function tryJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function noFile(error: unknown): null {
	if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return null;
	throw error;
}
