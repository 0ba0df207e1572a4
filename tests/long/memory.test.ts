import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProduct, type Product } from '../support/product.ts';

let product: Product | undefined;
let dataDir: string;
beforeAll(() => {
	dataDir = mkdtempSync(join(tmpdir(), 'nabij-memory-'));
});
afterAll(async () => {
	await product?.stop();
	rmSync(dataDir, { recursive: true, force: true });
});

const HALF_A_GIGABYTE = 500;

/** The most memory that a process has had so far, in MiB, as the kernel keeps it. */
function memory(pid: number): number {
	const [, kib = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Number(kib) / 1024;
}

async function startAndAsk(): Promise<Product> {
	product = await startProduct({ env: { NODE_ENV: 'production' }, dataDir });
	for (let i = 0; i < 200; i++) expect((await fetch(`${product.url}/healthz`)).status).toBe(200);
	return product;
}

test.runIf(process.platform === 'linux')(
	'a started server fits a machine of half a gigabyte, the first start included',
	async () => {
		// The most that a start takes depends on when V8 collects (300 to 440 here, 850 and more without the server's options).
		const first = await startAndAsk();
		expect(memory(first.pid)).toBeLessThan(HALF_A_GIGABYTE);
		await first.stop();
		const next = await startAndAsk();
		expect(memory(next.pid)).toBeLessThan(HALF_A_GIGABYTE);
	}
);
