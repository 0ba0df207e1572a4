import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REFUSALS, refusalMessageKey, type RefusalCode } from './refusal.ts';

test.each(['en', 'nl'])('every refusal has words in %s, and every word belongs to a refusal', (locale) => {
	const path = new URL(`../i18n/messages/${locale}/refusals.json`, import.meta.url);
	const words = Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object);
	const keys = (Object.keys(REFUSALS) as RefusalCode[]).map(refusalMessageKey);
	expect(words.filter((key) => key.startsWith('refusal_')).sort()).toEqual(keys.sort());
});
