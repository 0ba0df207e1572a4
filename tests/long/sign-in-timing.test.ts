/** Whether the time that a refused sign-in takes tells who has an account. Measured, so not among the quick tests. */
import { expect, test } from 'vitest';
import { createPasswords } from '#server/services/passwords';
import { freshWorld } from '../support/services.ts';

const TRIES = 30;
/** Where other programs make the figures uncertain, more tries count; a difference that is there stays. */
const ROUNDS = 3;
const WITHIN = 0.1;
const FROM = '192.0.2.7';
const MANY = { failures: 10_000, withinS: 3_600 };

test('a wrong password and an unknown address take the same time: medians within 10 %', async () => {
	const { accounts, someone } = await freshWorld({
		limits: { 'sign-in by account': MANY, 'sign-in by address': MANY },
		passwords: createPasswords()
	});
	const { email } = await someone('Ada');
	const took = async (address: string): Promise<number> => {
		const from = performance.now();
		await expect(accounts.signIn(address, 'not the password', FROM)).rejects.toMatchObject({
			code: 'session.wrong-credentials'
		});
		return performance.now() - from;
	};
	// The first of each also makes what later ones find made: the connection, the hash of nobody.
	for (const address of [email, 'nobody@example.org']) await took(address);
	const wrong: number[] = [];
	const unknown: number[] = [];
	let apart = Infinity;
	for (let round = 0; round < ROUNDS && apart >= WITHIN; round++) {
		// In turn, so that whatever else the machine does falls on both.
		for (let i = 0; i < TRIES; i++) {
			wrong.push(await took(email));
			unknown.push(await took(`nobody${i}@example.org`));
		}
		const [one, other] = [median(wrong), median(unknown)];
		console.log(`${wrong.length} each: wrong password ${one.toFixed(1)} ms, unknown address ${other.toFixed(1)} ms`);
		apart = Math.abs(one - other) / Math.max(one, other);
	}
	expect(apart).toBeLessThan(WITHIN);
});

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
