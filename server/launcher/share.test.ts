import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { certificateFor } from './share.ts';

const DAY_MS = 86_400_000;

async function folder(): Promise<string> {
	const made = await mkdtemp(join(tmpdir(), 'nabij-certificate-'));
	onTestFinished(() => rm(made, { recursive: true, force: true }));
	return made;
}

test('a certificate is kept, so that the browser’s exception stays good, until its last month', async () => {
	const dataDir = await folder();
	const now = Date.now();
	const first = await certificateFor('192.0.2.7', dataDir, now);
	expect(new X509Certificate(first.cert).checkIP('192.0.2.7')).toBe('192.0.2.7');
	expect(await certificateFor('192.0.2.7', dataDir, now + 790 * DAY_MS)).toEqual(first);
	const renewed = await certificateFor('192.0.2.7', dataDir, now + 800 * DAY_MS);
	expect(new X509Certificate(renewed.cert).validToDate.getTime()).toBeGreaterThan(now + 1_600 * DAY_MS);
	expect(await certificateFor('192.0.2.7', dataDir, now + 801 * DAY_MS)).toEqual(renewed);
});

test('another address gets one of its own, and a file that was cut off a new one', async () => {
	const dataDir = await folder();
	const first = await certificateFor('192.0.2.7', dataDir);
	const other = await certificateFor('192.0.2.8', dataDir);
	expect(new X509Certificate(other.cert).checkIP('192.0.2.7')).toBeUndefined();
	expect(await certificateFor('192.0.2.7', dataDir)).toEqual(first);
	const [file = ''] = (await readdir(join(dataDir, 'share'))).filter((name) => name.includes('.7'));
	await writeFile(join(dataDir, 'share', file), '{"key":');
	const again = await certificateFor('192.0.2.7', dataDir);
	expect(again.cert).not.toBe(first.cert);
	expect((await stat(join(dataDir, 'share', file))).mode & 0o777).toBe(0o600);
});
