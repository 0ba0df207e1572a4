import { expect, test } from 'vitest';
import { median, quantile } from './quantiles.ts';

test('the median is the middle value, and of an even number the mean of the middle two', () => {
	expect(median([30, 1, 2])).toBe(2);
	expect(median([4, 1, 30, 2])).toBe(3);
	expect(median([7])).toBe(7);
});

test('a quantile is one of the values, in the order of numbers and not of letters', () => {
	const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
	expect(quantile(hundred, 0.95)).toBe(95);
	expect(quantile(hundred, 0.5)).toBe(50);
	expect(quantile(hundred, 0)).toBe(1);
	expect(quantile(hundred, 1)).toBe(100);
});

test('nothing measured is no figure', () => {
	expect(() => median([])).toThrow('nothing was measured');
	expect(() => quantile([], 0.5)).toThrow('nothing was measured');
});
