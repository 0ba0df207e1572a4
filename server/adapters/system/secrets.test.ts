import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSealer, openSecret } from './secrets.ts';

async function folder(): Promise<string> {
	const made = await mkdtemp(join(tmpdir(), 'nabij-secret-'));
	onTestFinished(() => rm(made, { recursive: true }));
	return made;
}

test('of ten first starts at one moment all have one secret, kept for its owner only, with no crumbs', async () => {
	const dataDir = await folder();
	const secrets = await Promise.all(Array.from({ length: 10 }, () => openSecret({ secretKey: null, dataDir })));
	expect(new Set(secrets).size).toBe(1);
	expect(await openSecret({ secretKey: null, dataDir })).toBe(secrets[0]);
	const [file, ...crumbs] = await readdir(dataDir);
	expect(crumbs).toEqual([]);
	expect((await stat(join(dataDir, file ?? ''))).mode & 0o777).toBe(0o600);
});

test('SECRET_KEY is used as it is, and nothing is written', async () => {
	const dataDir = await folder();
	expect(await openSecret({ secretKey: 'the given secret', dataDir })).toBe('the given secret');
	expect(await readdir(dataDir)).toEqual([]);
});

test('what is sealed opens under the same secret and for the same row only', () => {
	const [ours, theirs] = [createSealer('one secret'), createSealer('another secret')];
	const sealed = ours.seal('a token', 'link:1');
	expect(sealed).not.toContain('a token');
	expect(ours.seal('a token', 'link:1'), 'equal tokens do not look equal').not.toBe(sealed);
	expect(ours.open(sealed, 'link:1')).toBe('a token');
	expect(ours.open(sealed, 'link:2')).toBeNull();
	expect(theirs.open(sealed, 'link:1')).toBeNull();
	expect(ours.open(`${sealed.slice(0, -2)}AA`, 'link:1')).toBeNull();
	expect(ours.open('', 'link:1')).toBeNull();
});
