import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Answers } from './answers.ts';

/** mulberry32 */
function chanceOf(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Three people at one document; answers the document and state vectors of all the ways there. */
function lived(seed: number) {
	const chance = chanceOf(seed);
	const people = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
	const vectors: Uint8Array[] = [new Uint8Array([0])];
	for (let step = 0; step < 120; step++) {
		const doc = people[Math.floor(chance() * 3)] as Y.Doc;
		const map = doc.getMap('els');
		const key = `k${Math.floor(chance() * 12)}`;
		const text = doc.getText('words');
		const what = chance();
		if (what < 0.35) map.set(key, { pos: [chance(), step] });
		else if (what < 0.5) map.delete(key);
		else if (what < 0.8) text.insert(Math.floor(chance() * (text.length + 1)), 'woord ');
		else if (text.length > 4) text.delete(Math.floor(chance() * (text.length - 3)), 3);
		if (chance() < 0.3) for (const other of people) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
		vectors.push(Y.encodeStateVector(doc));
	}
	for (const other of people) Y.applyUpdate(people[0] as Y.Doc, Y.encodeStateAsUpdate(other));
	return { doc: people[0] as Y.Doc, vectors };
}

describe('the answer to a state vector', () => {
	test.each(Array.from({ length: 20 }, (_, i) => 1_000 + i))('is the one of Yjs, byte for byte (seed %i)', (seed) => {
		const { doc, vectors } = lived(seed);
		const answers = new Answers(doc);
		for (const vector of vectors) {
			expect(Buffer.compare(answers.to(vector), Y.encodeStateAsUpdate(doc, vector)), `${seed}`).toBe(0);
		}
		const before = answers.to(new Uint8Array([0]));
		doc.getMap('els').delete([...doc.getMap('els').keys()][0] ?? '');
		answers.forget();
		expect(answers.to(new Uint8Array([0]))).not.toBe(before);
		expect(Buffer.compare(answers.to(new Uint8Array([0])), Y.encodeStateAsUpdate(doc))).toBe(0);
	});

	test('to who knows more than there is here is as to who knows as much', () => {
		const { doc } = lived(7);
		const beyond = new Y.Doc();
		Y.applyUpdate(beyond, Y.encodeStateAsUpdate(doc));
		beyond.getMap('els').set('more', true);
		const answers = new Answers(doc);
		const asMuch = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc));
		expect(Buffer.compare(answers.to(Y.encodeStateVector(beyond)), asMuch)).toBe(0);
	});

	test('is made once for all who ask alike', () => {
		const { doc, vectors } = lived(8);
		const answers = new Answers(doc);
		const vector = vectors.at(40) as Uint8Array;
		expect(answers.to(vector)).toBe(answers.to(vector.slice()));
	});
});
