import { expect, test } from 'vitest';
import { encodeAnnouncement, ACCESS_TOPIC } from '#domain/wire/announcement';
import { CLOSE } from '#domain/wire/close-codes';
import { seededChance } from '../support/killed-process.ts';
import { fuzzUpdates } from '../support/sync-fuzz.ts';
import { startSync } from '../support/sync-world.ts';

test('2,000 updates with changed bytes leave every reader with the same document', { timeout: 120_000 }, async () => {
	await fuzzUpdates(2_000, seededChance('changed updates'));
});

test('bytes that are no message end their own socket and nobody else’s', async () => {
	const chance = seededChance('random messages');
	const world = await startSync();
	const bo = await world.join('bo');
	for (let round = 0; round < 100; round++) {
		const ada = await world.join('ada');
		// A kind that does not exist ends it for certain, whatever the bytes before it were.
		for (let i = 0; i < 5; i++) {
			ada.socket.send(Uint8Array.from({ length: 1 + Math.floor(chance() * 40) }, () => Math.floor(chance() * 256)));
		}
		ada.socket.send(Uint8Array.of(99));
		const { code } = await ada.closed;
		expect([CLOSE.malformed, CLOSE.tooLarge]).toContain(code);
	}
	world.bus.publish(ACCESS_TOPIC, Uint8Array.of(1, 2, 3));
	world.bus.publish(ACCESS_TOPIC, encodeAnnouncement({ board: 'no-access-change' }));
	bo.write('still', 'here');
	await bo.settled();
});
