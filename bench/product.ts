/** The started product as benchmarks need it: its process is known, and its data folder outlives it. Needs the build. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname, '..');
/** Those that run now. */
const running = new Set<ChildProcess>();

export type Product = Readonly<{
	url: string;
	pid: number;
	/** From the start of the process until /healthz answered 200. */
	readyMs: number;
	stop: () => Promise<void>;
}>;

/** Starts it on this folder, at a free port, without calls, and waits until it says that it is healthy. */
export async function startProduct(dataDir: string): Promise<Product> {
	// Node loads its fetch when it is first used, which must not count as the product's time.
	await fetch('data:,');
	const { PATH = '', HOME = '' } = process.env;
	const from = performance.now();
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'server/main.ts'], {
		cwd: ROOT,
		env: {
			PATH,
			HOME,
			NODE_ENV: 'production',
			PORT: '0',
			MEDIA: 'off',
			LOG_LEVEL: 'warn',
			DATA_DIR: dataDir,
			NABIJ_BENCH: '1'
		},
		// The closing of the channel tells it when we are gone.
		stdio: ['ignore', 'pipe', 'pipe', 'ipc']
	});
	running.add(child);
	child.once('exit', () => running.delete(child));
	const url = await listening(child);
	while ((await fetch(`${url}/healthz`)).status !== 200) await delay(5);
	const readyMs = performance.now() - from;
	return {
		url,
		pid: child.pid ?? 0,
		readyMs,
		stop: () => end(child)
	};
}

/** Ends whatever runs, when a benchmark is broken off: until then their folders cannot be removed. */
export async function stopProducts(): Promise<void> {
	await Promise.all([...running].map(end));
}

async function end(child: ChildProcess): Promise<void> {
	if (!running.has(child)) return;
	const ended = once(child, 'exit');
	child.kill('SIGTERM');
	await ended;
}

function listening(child: ChildProcess): Promise<string> {
	let output = '';
	return new Promise((answer, failed) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream?.setEncoding('utf8').on('data', (text: string) => {
				output += text;
				const [, at] = /Nabij is at (\S+)/.exec(output) ?? [];
				if (at) answer(at);
			});
		}
		child.once('exit', (code) => failed(new Error(`the product ended with ${code}:\n${output}`)));
	});
}
