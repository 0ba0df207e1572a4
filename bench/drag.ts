/** Someone who drags a note: everything is encoded before the clock runs, so that only the server works then. */
import { Buffer } from 'node:buffer';
import * as encoding from 'lib0/encoding';
import { writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import { KIND } from '#domain/wire/kinds';

/** A note, and the messages that move it: the edit of index i is the one at `firstClock + i` of `client`. */
export type Drag = Readonly<{
	client: number;
	note: Uint8Array;
	edits: readonly Uint8Array[];
	firstClock: number;
}>;

/** A drag of so many edits. Each writes one packed place, as the board does. */
export function prepareDrag(count: number): Drag {
	const doc = new Y.Doc();
	const els = doc.getMap<Y.Map<unknown>>('els');
	const made: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => made.push(asMessage(update)));
	const note = new Y.Map<unknown>();
	doc.transact(() => {
		els.set(crypto.randomUUID(), note);
		for (const [key, value] of [
			['t', 'note'],
			['pos', [null, 0, 0]],
			['z', 'a0'],
			['txt', new Y.Text('Dragged')]
		] as const)
			note.set(key, value);
	});
	const firstClock = Y.getState(doc.store, doc.clientID);
	for (let i = 1; i <= count; i++) note.set('pos', [null, i * 3, i * 2]);
	const [first, ...edits] = made;
	if (!first) throw new Error('making a note made no update');
	return { client: doc.clientID, note: first, edits, firstClock };
}

/** Up to which clock (not included) each writer's work is in this update. */
export function progressIn(update: Uint8Array): ReadonlyMap<number, number> {
	const progress = new Map<number, number>();
	for (const struct of Y.decodeUpdate(update).structs) {
		if (struct instanceof Y.Skip) continue;
		const { client, clock } = struct.id;
		progress.set(client, Math.max(progress.get(client) ?? 0, clock + struct.length));
	}
	return progress;
}

function asMessage(update: Uint8Array): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.sync);
	writeUpdate(encoder, update);
	return Buffer.from(encoding.toUint8Array(encoder));
}
