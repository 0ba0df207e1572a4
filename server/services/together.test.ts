import { expect, test, vi } from 'vitest';
import { together } from './together.ts';

test('what is asked in one turn is asked at once, and each hears its own answer', async () => {
	const askAll = vi.fn(async (questions: readonly number[]) => questions.map((n) => n * 2));
	const double = together(askAll);
	expect(await Promise.all([double(1), double(2), double(1)])).toEqual([2, 4, 2]);
	expect(await double(3)).toBe(6);
	expect(askAll.mock.calls).toEqual([[[1, 2, 1]], [[3]]]);
});

test('a question is put after it was asked, so that its answer is not older than it', async () => {
	let truth = 'old';
	const ask = together(async (questions: readonly string[]) => questions.map(() => truth));
	const first = ask('?');
	truth = 'new';
	expect(await first).toBe('new');
});

test('when it cannot be asked all of that turn hear so, and none after it', async () => {
	let away = true;
	const ask = together(async (questions: readonly string[]) => {
		if (away) throw new Error('the records are away');
		return questions;
	});
	const both = await Promise.allSettled([ask('a'), ask('b')]);
	expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
	away = false;
	expect(await ask('c')).toBe('c');
});

test('very many are asked in parts', async () => {
	const askAll = vi.fn(async (questions: readonly number[]) => questions);
	const ask = together(askAll);
	const numbers = Array.from({ length: 1_200 }, (_, n) => n);
	expect(await Promise.all(numbers.map(ask))).toEqual(numbers);
	expect(askAll.mock.calls.map(([{ length }]) => length)).toEqual([500, 500, 200]);
});
