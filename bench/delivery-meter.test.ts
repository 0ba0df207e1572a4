import * as decoding from 'lib0/decoding';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { DeliveryMeter } from './delivery-meter.ts';
import { prepareDrag } from './drag.ts';

/** The update within an encoded update message. */
function updateOf(message: Uint8Array | undefined): Uint8Array {
	if (!message) throw new Error('there is no such message');
	const decoder = decoding.createDecoder(message);
	decoding.readVarUint(decoder);
	decoding.readVarUint(decoder);
	return decoding.readVarUint8Array(decoder);
}

test('a drag is a note and edits that each move it by one', () => {
	const drag = prepareDrag(3);
	expect(drag.edits).toHaveLength(3);
	const doc = new Y.Doc();
	for (const message of [drag.note, ...drag.edits]) Y.applyUpdate(doc, updateOf(message));
	expect(Y.getState(doc.store, drag.client)).toBe(drag.firstClock + 3);
	expect(Object.values(doc.getMap('els').toJSON())).toMatchObject([{ t: 'note', pos: [null, 9, 6] }]);
});

test('an edit counts once for each peer, and not for its writer', () => {
	const drag = prepareDrag(2);
	const meter = new DeliveryMeter([drag]);
	const [bo, cy, writer] = [meter.peer(null), meter.peer(null), meter.peer(drag)];
	const update = updateOf(meter.next(drag));
	for (const hear of [bo, bo, cy, writer]) hear(update);
	expect(meter.latenciesMs).toHaveLength(2);
});

test('edits that come as one message count each, with the time since each was sent', async () => {
	const drag = prepareDrag(2);
	const meter = new DeliveryMeter([drag]);
	const hear = meter.peer(null);
	const first = updateOf(meter.next(drag));
	const sentAt = performance.now();
	while (performance.now() - sentAt < 5);
	hear(Y.mergeUpdates([first, updateOf(meter.next(drag))]));
	const [older = 0, newer = 0] = meter.latenciesMs;
	expect(meter.latenciesMs).toHaveLength(2);
	expect(older - newer).toBeGreaterThanOrEqual(5);
});

test('the note itself and edits of before the reset are not counted', () => {
	const drag = prepareDrag(2);
	const meter = new DeliveryMeter([drag]);
	const hear = meter.peer(null);
	hear(updateOf(drag.note));
	expect(meter.latenciesMs).toHaveLength(0);
	hear(updateOf(meter.next(drag)));
	meter.reset();
	hear(updateOf(meter.next(drag)));
	expect(meter.latenciesMs).toHaveLength(1);
});

test('waiting ends with the last delivery wanted, or with the time given', async () => {
	const drag = prepareDrag(1);
	const meter = new DeliveryMeter([drag]);
	await meter.counted(1, 1);
	const all = meter.counted(1, 60_000);
	meter.peer(null)(updateOf(meter.next(drag)));
	await all;
});
