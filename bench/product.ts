/** The started product as benchmarks need it: how long it took is known, and its data folder outlives it. */
import { setTimeout as delay } from 'node:timers/promises';
import { startProduct as start, type Product as Started } from '../tests/support/product.ts';

/** Those that run now. */
const running = new Set<Started>();

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
	const from = performance.now();
	const its = await start({ dataDir, env: { NODE_ENV: 'production', NABIJ_BENCH: '1' } });
	running.add(its);
	while ((await fetch(`${its.url}/healthz`)).status !== 200) await delay(5);
	const readyMs = performance.now() - from;
	return { url: its.url, pid: its.pid, readyMs, stop: () => end(its) };
}

/** Ends whatever runs, when a benchmark is broken off: until then their folders cannot be removed. */
export async function stopProducts(): Promise<void> {
	await Promise.all([...running].map(end));
}

async function end(its: Started): Promise<void> {
	if (running.delete(its)) await its.stop();
}
