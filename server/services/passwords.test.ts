import { expect, test } from 'vitest';
import { createPasswords } from './passwords.ts';

test('a hash is argon2id with 64 MiB and two passes', async () => {
	expect(await createPasswords().hash('a long password')).toMatch(/^\$argon2id\$v=19\$m=65536,t=2,p=1\$/);
});

test('once prepared, the first unknown address costs what a known one does: one check and no hash', async () => {
	const passwords = createPasswords();
	await passwords.prepare();
	expect(passwords.work()).toMatchObject({ hashed: 1, verified: 0 });
	expect(await passwords.matches(null, 'a guess')).toBe(false);
	expect(passwords.work()).toMatchObject({ hashed: 1, verified: 1 });
});

test('the hash that unknown addresses are checked against waits its turn, and a refusal is not kept', async () => {
	const passwords = createPasswords({ atOnce: 1, queueMax: 0 });
	const busy = passwords.hash('a long password');
	await expect(passwords.matches(null, 'a guess')).rejects.toMatchObject({ code: 'rate.too-many' });
	expect(passwords.work(), 'it took no core beside the one that is busy').toMatchObject({ hashed: 1, verified: 0 });
	await busy;
	expect(await passwords.matches(null, 'nobody')).toBe(false);
	expect(passwords.work()).toMatchObject({ hashed: 2, verified: 1, peak: 1 });
});
