import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { startProduct, type Product } from '../support/product.ts';

let product: Product | undefined;
afterAll(() => product?.stop());

/** In MiB, as the kernel keeps it for a process: `VmRSS` is now, `VmHWM` the most so far. */
function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
	const [, kib = ''] =
		new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Number(kib) / 1024;
}

test.runIf(process.platform === 'linux')(
	'a started server fits a machine of half a gigabyte, the first start included',
	async () => {
		product = await startProduct({ env: { NODE_ENV: 'production' } });
		for (let i = 0; i < 200; i++) expect((await fetch(`${product.url}/healthz`)).status).toBe(200);
		expect(memory(product.pid, 'VmHWM')).toBeLessThan(450);
		expect(memory(product.pid, 'VmRSS')).toBeLessThan(400);
	}
);
