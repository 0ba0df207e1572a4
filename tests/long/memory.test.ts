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

/** In MiB, as the kernel keeps it for a process: `VmRSS` is now, `VmHWM` the most so far. */
function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
	const [, kib = ''] =
		new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
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
		const first = await startAndAsk();
		expect(memory(first.pid, 'VmHWM')).toBeLessThan(450);
		await first.stop();
		const next = await startAndAsk();
		expect(memory(next.pid, 'VmHWM')).toBeLessThan(350);
		expect(memory(next.pid, 'VmRSS')).toBeLessThan(330);
	}
);
