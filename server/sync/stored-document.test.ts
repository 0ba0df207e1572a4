import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { NEVER_WRITTEN, type LoadedDocument } from '#server/ports/document-store';
import { LoggedDocument } from './logged-document.ts';
import { StoredDocument } from './stored-document.ts';

/** Answers a random number below one. */
function chanceFrom(seed: number): () => number {
	let state = seed;
	return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

const map = (doc: Y.Doc) => doc.getMap<Y.Text>('m');
const encoded = (doc: Y.Doc, vector?: Uint8Array) => Y.encodeStateAsUpdate(doc, vector);

/** A document of three writers row by row, and copies that stood still at some row. */
function written(seed: number) {
	const chance = chanceFrom(seed);
	const writers = Array.from({ length: 3 }, (_, client) => Object.assign(new Y.Doc(), { clientID: client + 1 }));
	const rows: Uint8Array[] = [];
	const copies: Y.Doc[] = [];
	for (const writer of writers) {
		writer.on('update', (update: Uint8Array, origin: unknown) => {
			if (origin === 'row') return;
			rows.push(update);
			for (const other of writers) if (other !== writer) Y.applyUpdate(other, update, 'row');
		});
	}
	for (let row = 0; row < 30; row++) {
		const doc = writers[Math.floor(chance() * 3)] as Y.Doc;
		const key = `e${Math.floor(chance() * 5)}`;
		const text = map(doc).get(key);
		if (!text) map(doc).set(key, new Y.Text('words'));
		else if (chance() < 0.2) map(doc).delete(key);
		else if (chance() < 0.5) text.insert(Math.floor(chance() * text.length), '🙂 more');
		else text.delete(0, Math.min(2, text.length));
		if (chance() < 0.3) {
			const copy = new Y.Doc();
			Y.applyUpdate(copy, encoded(doc));
			copies.push(copy);
		}
	}
	return { rows, copies, whole: writers[0] as Y.Doc };
}

const loadedOf = (updates: readonly Uint8Array[]): LoadedDocument => ({
	...NEVER_WRITTEN,
	seq: updates.length,
	updates
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('whoever comes has from the bytes what the document holds (seed %i)', (seed) => {
	const { rows, copies, whole } = written(seed);
	for (const updates of [rows, [encoded(whole)], [encoded(copies[0] as Y.Doc), ...rows]]) {
		const stored = new StoredDocument(loadedOf(updates));
		for (const copy of [new Y.Doc(), ...copies]) {
			const one = new Y.Doc();
			Y.applyUpdate(one, encoded(copy));
			Y.applyUpdate(one, stored.answer(Y.encodeStateVector(one)));
			expect(one.store.pendingStructs).toBeNull();
			expect(encoded(one)).toEqual(encoded(whole));
		}
	}
});

test.each([1, 2, 3, 4])('an outline says of nothing that is new that it is held (seed %i)', (seed) => {
	const { copies, whole } = written(seed);
	const stored = new StoredDocument(loadedOf([encoded(whole)]));
	const logged = new LoggedDocument(loadedOf([encoded(whole)]));
	for (const outline of [stored.outline(), logged.outline()]) {
		expect(outline.vector).toEqual(Y.encodeStateVector(whole));
		expect([outline.knows(2), outline.knows(9)]).toEqual([true, false]);
		for (const old of copies) {
			// What a client at an older state has beyond it, and then what it has when it deletes something more.
			const copy = new Y.Doc();
			for (const doc of [old, whole]) Y.applyUpdate(copy, encoded(doc));
			expect(outline.holds(encoded(copy, outline.vector))).toBe(true);
			const [key] = map(copy).keys();
			if (key) map(copy).delete(key);
			else map(copy).set('new', new Y.Text());
			expect(outline.holds(encoded(copy, outline.vector))).toBe(false);
		}
	}
});

test('a large document answers from its bytes only who has nothing of it, and a long log not at all', () => {
	const doc = new Y.Doc();
	doc.getText('t').insert(0, 'long '.repeat(20_000));
	const large = new StoredDocument(loadedOf([encoded(doc)]));
	const nothing = Y.encodeStateVector(new Y.Doc());
	expect(large.suits([nothing])).toBe(true);
	expect(large.suits([nothing, Y.encodeStateVector(doc)])).toBe(false);
	const row = Uint8Array.of(0, 0);
	expect(StoredDocument.suits(loadedOf(Array<Uint8Array>(64).fill(row)))).toBe(true);
	expect(StoredDocument.suits(loadedOf(Array<Uint8Array>(65).fill(row)))).toBe(false);
});

test('who knows an earlier epoch is told apart from the bytes too', () => {
	const doc = Object.assign(new Y.Doc(), { clientID: 7 });
	doc.getMap('m').set('a', 1);
	const stored = new StoredDocument({ ...NEVER_WRITTEN, retired: [7] });
	expect(stored.isOlder(Y.encodeStateVector(doc))).toBe(true);
	expect(stored.isOlder(Y.encodeStateVector(new Y.Doc()))).toBe(false);
});
