import { expect, test } from 'vitest';
import { rounds, seededChance } from '../support/killed-process.ts';
import { fuzzUpdates } from '../support/sync-fuzz.ts';
import { besiege } from '../support/sync-siege.ts';

const MIB = 1024 * 1024;

test('20,000 updates with changed bytes leave every reader with the same document', async () => {
	await fuzzUpdates(rounds(20_000, 3_000), seededChance('changed updates'));
});

test('100,000 inputs of every kind that is wrong end their own socket, and cost nobody else anything', async () => {
	const siege = await besiege(rounds(100_000, 5_000), seededChance('siege'));
	console.log(`siege: ${JSON.stringify(siege)}`);
	expect(siege.after.heap - siege.before.heap).toBeLessThan(rounds(24, 8) * MIB);
	expect(siege.after.rss - siege.before.rss).toBeLessThan(150 * MIB);
});
