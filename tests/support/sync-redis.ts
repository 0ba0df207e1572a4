import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';
import { until } from './sync-client.ts';

const onPath = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'redis-server'));

/** Where the program is, or undefined. */
export const REDIS_SERVER = onPath.find((file) => existsSync(file));

/** A Redis of the running test alone, which can be ended, stopped in its tracks, and started again; ended with the test. */
export async function startRedis(program: string) {
	const home = await mkdtemp(path.join(tmpdir(), 'nabij-redis-'));
	const port = await freePort();
	let child: ChildProcess | null = null;
	const kill = async (): Promise<void> => {
		if (!child) return;
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		child = null;
		await ended;
	};
	const start = async (): Promise<void> => {
		const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: home };
		child = spawn(
			program,
			Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
			{ stdio: 'ignore' }
		);
		await answers(port);
	};
	onTestFinished(async () => {
		await kill();
		await rm(home, { recursive: true });
	});
	await start();
	return {
		url: `redis://127.0.0.1:${port}`,
		kill,
		start,
		/** Ends all connections of a kind: `pubsub` hear, `normal` speak. */
		async hangUp(kind: 'normal' | 'pubsub'): Promise<void> {
			const client = new Redis({ port, host: '127.0.0.1' });
			await client.client('KILL', 'TYPE', kind, 'SKIPME', 'YES');
			client.disconnect();
		},
		/** From now on it answers nothing, while its connections stay open. */
		freeze: () => void child?.kill('SIGSTOP'),
		thaw: () => void child?.kill('SIGCONT')
	};
}

async function answers(port: number): Promise<void> {
	const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null });
	client.on('error', () => undefined);
	await until(() => client.ping());
	client.disconnect();
}
