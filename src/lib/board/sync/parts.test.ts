import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { partsOf } from './parts.ts';

/** What is in the maps of a document. */
const content = (doc: Y.Doc) => doc.getMap('els').toJSON();

/** Takes parts in order, and says whether at any moment something hung in the air. */
function take(doc: Y.Doc, parts: readonly Uint8Array[]): boolean {
	let early = false;
	for (const part of parts) {
		Y.applyUpdate(doc, part);
		early ||= doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
	}
	return early;
}

test('what is within the bound stays as it is', () => {
	const doc = new Y.Doc();
	doc.getMap('els').set('a', 1);
	const update = Y.encodeStateAsUpdate(doc);
	expect(partsOf(update, update.length)).toEqual([update]);
});

test('a paste of many notes goes in parts, and arrives whole', () => {
	const doc = new Y.Doc();
	doc.transact(() => {
		for (let i = 0; i < 300; i++) {
			const note = new Y.Map<unknown>([
				['t', 'note'],
				['txt', new Y.Text('x'.repeat(500))]
			]);
			doc.getMap('els').set(`e${i}`, note);
		}
	});
	const parts = partsOf(Y.encodeStateAsUpdate(doc), 10_000);
	expect(parts.length).toBeGreaterThan(10);
	for (const part of parts) expect(part.length).toBeLessThan(11_000);
	const there = new Y.Doc();
	expect(take(there, parts)).toBe(false);
	expect(content(there)).toEqual(content(doc));
});

test('one text that cannot be parted has a part of its own, with nothing lost before or behind it', () => {
	const doc = new Y.Doc();
	for (const [key, size] of Object.entries({ a: 10, large: 9_000, z: 10 })) {
		doc.getMap('els').set(key, new Y.Text('x'.repeat(size)));
	}
	const parts = partsOf(Y.encodeStateAsUpdate(doc), 1_000);
	expect(parts.filter((part) => part.length > 1_000)).toHaveLength(1);
	const there = new Y.Doc();
	expect(take(there, parts)).toBe(false);
	expect(content(there)).toEqual(content(doc));
});

describe('work of several people who built on each other', () => {
	test.each(Array.from({ length: 8 }, (_, i) => i + 1))(
		'is parted so that nothing hangs in the air: seed %i',
		(seed) => {
			let state = seed;
			const random = (below: number): number => {
				state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
				return state % below;
			};
			const docs = [1, 2, 3].map((client) => {
				const doc = new Y.Doc();
				doc.clientID = client * 1_000 + seed;
				return doc;
			});
			const pick = (): Y.Doc => docs[random(docs.length)] ?? new Y.Doc();
			for (let i = 0; i < 400; i++) {
				const doc = pick();
				const text = doc.getText('t');
				const at = random(text.length + 1);
				if (random(4) === 0 && at < text.length) text.delete(at, 1);
				else if (random(3) === 0) doc.getMap('els').set(`e${random(20)}`, new Y.Map([['n', i]]));
				else text.insert(at, `${i} `);
				const from = pick();
				Y.applyUpdate(doc, Y.encodeStateAsUpdate(from, Y.encodeStateVector(doc)));
			}
			const all = Y.mergeUpdates(docs.map((doc) => Y.encodeStateAsUpdate(doc)));
			const whole = new Y.Doc();
			Y.applyUpdate(whole, all);
			const parts = partsOf(all, 300);
			expect(parts.length).toBeGreaterThan(5);
			const there = new Y.Doc();
			expect(take(there, parts)).toBe(false);
			expect(there.getText('t').toString()).toBe(whole.getText('t').toString());
			expect(content(there)).toEqual(content(whole));
			expect(Y.encodeStateVector(there)).toEqual(Y.encodeStateVector(whole));
		}
	);
});
