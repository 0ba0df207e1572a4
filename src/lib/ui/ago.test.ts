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
