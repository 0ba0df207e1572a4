import { expect } from 'vitest';
import * as Y from 'yjs';
import { BOARD, startSyncOnMemory } from './sync-world.ts';
import { syncMessage, until, type RawClient } from './sync-client.ts';

/** Updates sent before their fate is looked at. */
const VOLLEY = 25;

/** A board's worth of updates: elements with places and words, some moved, some with words taken out. */
export function madeUpdates(doc: Y.Doc, elements: number): Uint8Array[] {
	const updates: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	const els = doc.getMap<Y.Map<unknown>>('els');
	for (let i = 0; i < elements; i++) {
		doc.transact(() => {
			const element = new Y.Map<unknown>();
			els.set(`e${i}`, element);
			element.set('pos', [null, i, i]);
			element.set('txt', new Y.Text(`hello ${i}`));
		});
	}
	for (let i = 0; i < elements; i += 2) {
		const text = els.get(`e${i}`)?.get('txt');
		if (text instanceof Y.Text) text.delete(0, 3);
		els.get(`e${i}`)?.set('pos', [null, i, 9]);
	}
	return updates;
}

/**
 * Sends `count` updates with one to three bytes changed, as update or as step 2, to a board on which someone works. However
 * many of them happen to be good: nobody's view may differ, no row of the log may fail for a later reader, and what
 * the worker wrote is there.
 */
export async function fuzzUpdates(count: number, chance: () => number): Promise<void> {
	const world = await startSyncOnMemory();
	const below = (n: number): number => Math.floor(chance() * n);
	const peer = await world.join('bo');
	const worker = await world.join('bo');
	const source = new Y.Doc();
	const good = madeUpdates(source, 100);
	worker.send(
		syncMessage(
			2,
			worker.change((doc) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(source)))
		)
	);
	const more = madeUpdates(source, 100).slice(100);
	await worker.settled();

	let mad: RawClient | null = null;
	let work = 0;
	for (let sent = 0; sent < count; sent += VOLLEY) {
		if (mad === null || mad.socket.readyState !== mad.socket.OPEN) mad = await world.join('ada', { doc: new Y.Doc() });
		for (let i = 0; i < Math.min(VOLLEY, count - sent); i++) {
			const from = below(2) === 0 ? good : more;
			const update = from[below(from.length)]?.slice() ?? new Uint8Array();
			for (let bytes = 1 + below(3); bytes > 0; bytes--) update[below(update.length)] = below(256);
			mad.send(syncMessage(below(4) === 0 ? 1 : 2, update));
		}
		worker.write('work', ++work);
		await Promise.race([mad.closed, mad.settled()]);
	}
	await worker.settled();
	await until(() => expect(peer.content['work']).toBe(work));

	const rows = world.store.rows(BOARD);
	const reference = new Y.Doc();
	for (const { update } of rows) Y.applyUpdate(reference, update);
	expect(reference.store.pendingStructs).toBeNull();
	expect(reference.store.pendingDs).toBeNull();
	const fresh = await world.join('vic');
	const later = await startSyncOnMemory({ store: world.store });
	const afterRestart = await later.join('vic');
	const deleted = Y.createDeleteSetFromStructStore(reference.store);
	for (const { doc } of [fresh, afterRestart, peer, worker]) {
		expect(doc.store.pendingStructs).toBeNull();
		expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(reference));
		expect(doc.getMap('els').toJSON()).toEqual(reference.getMap('els').toJSON());
		// What is deleted is deleted in all of them, and nothing else is.
		expect(Y.equalDeleteSets(Y.createDeleteSetFromStructStore(doc.store), deleted)).toBe(true);
	}
}
