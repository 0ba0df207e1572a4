import { expect, test } from 'vitest';
import { ago } from './ago.ts';

const now = Date.UTC(2026, 10, 24, 12);

test('times are told as people tell them, in both languages', () => {
	expect(ago(now - 20_000, now, 'en')).toBe('now');
	expect(ago(now - 5 * 60_000, now, 'en')).toBe('5 minutes ago');
	expect(ago(now - 26 * 3_600_000, now, 'nl')).toBe('gisteren');
	expect(ago(now - 16 * 86_400_000, now, 'nl')).toBe('16 dagen geleden');
	expect(ago(now + 14 * 86_400_000, now, 'en')).toBe('in 14 days');
});

test.each([
	[14 * 86_400_000 - 200, 'in 14 days'],
	[13.4 * 86_400_000, 'in 13 days'],
	[86_400_000 - 1_000, 'tomorrow'],
	[3_600_000 - 1_000, 'in 1 hour'],
	[40 * 60_000, 'in 40 minutes'],
	[30_000, 'now']
])('what comes in %d ms is told to the nearest unit: %s', (ms, words) => {
	expect(ago(1_000_000_000_000 + ms, 1_000_000_000_000, 'en')).toBe(words);
});
