import { test } from 'vitest';
import { rounds, seededChance } from '../support/killed-process.ts';
import { fuzzUpdates } from '../support/sync-fuzz.ts';

test('20,000 updates with changed bytes leave every reader with the same document', async () => {
	await fuzzUpdates(rounds(20_000, 5_000), seededChance('changed updates'));
});
