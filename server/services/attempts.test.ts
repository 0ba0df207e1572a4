import { expect, test } from 'vitest';
import { createAttempts } from './attempts.ts';

test('what was refused is not counted: once the guesses before it are given back, there is room again', async () => {
	const attempts = createAttempts({ 'sign-in by account': { failures: 1, withinS: 60 } });
	const guess = (work: () => Promise<void>) => attempts.guess({ 'sign-in by account': 'ada' }, [], work);
	const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
	const first = guess(() => answered);
	await expect(guess(async () => undefined)).rejects.toMatchObject({ code: 'rate.too-many' });
	answer();
	await first;
	await guess(async () => undefined);
});
