import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { addElements, colourElements, deleteElements, moveElements } from './commands.ts';
import { elementMap, roots } from './document.ts';
import type { ElementId } from './element.ts';
import { freshDocument } from './fresh.ts';
import { purged } from './purge.ts';
import { replay } from './replay.ts';
import { textOf } from './read.ts';
import { BESIDE, madeIn, touchedIn } from './touched.ts';
import { allWritten, writtenIn, type Written } from './unsent.ts';

const hand = { by: 'ada', now: 1_000 };

function note(doc: Y.Doc, text: string): ElementId {
	const [id] = addElements(doc, [{ t: 'note', at: [0, 0], text }], hand);
	if (id === undefined) throw new Error('no note');
	return id;
}

/** A person's document, and what they did in it since they went offline. */
function person(doc: Y.Doc) {
	const own = new Y.Doc({ gc: false });
	Y.applyUpdate(own, Y.encodeStateAsUpdate(doc));
	let written: Written = allWritten([]);
	const work = { made: new Set<string>(), changed: new Set<string>() };
	own.on('update', (_update, _origin, _doc, transaction) => {
		for (const id of madeIn(transaction)) work.made.add(id);
		for (const id of touchedIn(transaction)) work.changed.add(id);
		written = allWritten([written, writtenIn(transaction)]);
	});
	return {
		doc: own,
		get work() {
			return { ...work, ...written };
		},
		/** All that was done until now is everybody's. */
		saved(): void {
			work.made.clear();
			work.changed.clear();
			written = allWritten([]);
		}
	};
}

const wordsOf = (doc: Y.Doc, id: ElementId): string => textOf(elementMap(doc, id))?.toString() ?? '';
const atOnce = (doc: Y.Doc): Y.Doc => purged(doc, { before: null }).doc;
const holds = (doc: Y.Doc, letters: string): boolean =>
	Buffer.from(Y.encodeStateAsUpdate(doc)).includes(Buffer.from(letters));

/** Answers a random number below `below`. */
function seeded(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

test('is done again: values, words and new elements; what others did stays, and what is gone is named', () => {
	const server = new Y.Doc();
	const [moved, written, gone] = [note(server, 'moved'), note(server, 'milk'), note(server, 'gone')];
	const ada = person(server);
	moveElements(ada.doc, [moved], 40, 0);
	textOf(elementMap(ada.doc, written))?.insert(4, ' and tea');
	textOf(elementMap(ada.doc, gone))?.insert(0, 'still ');
	const made = note(ada.doc, 'made offline');
	textOf(elementMap(server, written))?.insert(0, 'oat ');
	deleteElements(server, [gone], 2_000);
	const fresh = atOnce(server);
	expect(replay(fresh, ada.doc, ada.work, 'a test')).toEqual([gone]);
	expect(elementMap(fresh, moved)?.get('pos')).toEqual([null, 40, 0]);
	expect(wordsOf(fresh, written)).toBe('oat milk and tea');
	expect(wordsOf(fresh, made)).toBe('made offline');
});

test('of a note that was recoloured offline only the colour is set: others moved it, took words out and hid it', () => {
	const server = new Y.Doc();
	const id = note(server, 'call the PIN 4711 today');
	const ada = person(server);
	colourElements(ada.doc, [id], 'mint');
	moveElements(server, [id], 900, 900);
	textOf(elementMap(server, id))?.delete(5, 13);
	elementMap(server, id)?.set('z', 'b9');
	elementMap(server, id)?.set('del', 123_456);
	const fresh = freshDocument(server);
	const { st: _before, ...others } = elementMap(fresh, id)?.toJSON() ?? {};
	expect(replay(fresh, ada.doc, ada.work, 'a test')).toEqual([]);
	expect(elementMap(fresh, id)?.toJSON()).toEqual({ ...others, st: { colour: 'mint' } });
	expect(holds(fresh, '4711')).toBe(false);
});

test('a word typed offline is put in, and the word that was purged stays out', () => {
	const server = new Y.Doc();
	const id = note(server, 'wifi hunter2 for guests');
	const alice = person(server);
	textOf(elementMap(server, id))?.delete(5, 8);
	textOf(elementMap(alice.doc, id))?.insert(23, ' only');
	const fresh = atOnce(server);
	replay(fresh, alice.doc, alice.work, 'a test');
	expect(wordsOf(fresh, id)).toBe('wifi for guests only');
	expect(holds(fresh, 'hunter2')).toBe(false);
});

test('words stand where they were typed, and apart where that is gone; what arrived unsaid is not put in twice', () => {
	const server = new Y.Doc();
	const [inside, torn, arrived] = [note(server, 'one three'), note(server, 'see 4711'), note(server, 'milk')];
	const ada = person(server);
	textOf(elementMap(ada.doc, inside))?.insert(4, 'two ');
	textOf(elementMap(ada.doc, torn))?.insert(8, 'maybe');
	textOf(elementMap(ada.doc, arrived))?.insert(4, ' and tea');
	Y.applyUpdate(server, Y.encodeStateAsUpdate(ada.doc));
	textOf(elementMap(server, inside))?.delete(4, 4);
	textOf(elementMap(server, inside))?.insert(9, ' four');
	textOf(elementMap(server, torn))?.delete(3, 10);
	const fresh = atOnce(server);
	replay(fresh, ada.doc, ada.work, 'a test');
	expect(wordsOf(fresh, inside)).toBe('one two three four');
	expect(wordsOf(fresh, torn)).toBe('see maybe');
	expect(wordsOf(fresh, arrived)).toBe('milk and tea');
});

test('words taken out offline are taken out again where they stand as they stood, and no word of others with them', () => {
	const server = new Y.Doc();
	const [out, over, other, parted, back] = [
		note(server, 'call the PIN 4711 today'),
		note(server, 'milk and tea'),
		note(server, 'the PIN 4711'),
		note(server, 'the PIN 4711'),
		note(server, 'put back 4711 by others')
	];
	const ada = person(server);
	const into = (doc: Y.Doc, id: ElementId): Y.Text => textOf(elementMap(doc, id)) ?? new Y.Text();
	into(ada.doc, back).delete(9, 5);
	Y.applyUpdate(server, Y.encodeStateAsUpdate(ada.doc));
	ada.saved();
	into(server, back).insert(9, '4711 ');
	into(ada.doc, out).delete(9, 9);
	into(ada.doc, over).delete(9, 3);
	into(ada.doc, over).insert(9, 'bread');
	into(ada.doc, other).delete(8, 4);
	into(ada.doc, back).insert(0, 'was ');
	into(ada.doc, parted).delete(8, 4);
	into(server, parted).insert(10, ' or ');
	into(server, out).insert(0, 'please ');
	into(server, other).delete(8, 4);
	into(server, other).insert(8, '0815');
	const fresh = atOnce(server);
	expect(replay(fresh, ada.doc, ada.work, 'a test')).toEqual([]);
	expect([out, over, other, parted, back].map((id) => wordsOf(fresh, id))).toEqual([
		'please call the today',
		'milk and bread',
		'the PIN 0815',
		'the PIN 47 or 11',
		'was put back 4711 by others'
	]);
});

test('a deletion, and its taking back, are done again when they are unsent, and only then', () => {
	const server = new Y.Doc();
	const [hidden, shown, theirs] = [note(server, 'a'), note(server, 'b'), note(server, 'c')];
	deleteElements(server, [shown], 2_000);
	const ada = person(server);
	deleteElements(ada.doc, [hidden], 3_000);
	elementMap(ada.doc, shown)?.set('del', 0);
	colourElements(ada.doc, [theirs], 'mint');
	deleteElements(server, [theirs], 4_000);
	const fresh = freshDocument(server);
	replay(fresh, ada.doc, ada.work, 'a test');
	expect([hidden, shown, theirs].map((id) => elementMap(fresh, id)?.get('del'))).toEqual([3_000, 0, 4_000]);
});

test('what lies beside the elements follows the same rule, but for the version of the shape', () => {
	const server = new Y.Doc();
	const { meta } = roots(server);
	meta.set('v', 1);
	meta.set('grid', 'none');
	const ada = person(server);
	roots(ada.doc).meta.set('background', 'dots');
	roots(ada.doc).meta.set('v', 0);
	meta.set('grid', 'fine');
	const fresh = atOnce(server);
	expect(ada.work.changed).toEqual(new Set([BESIDE]));
	expect(replay(fresh, ada.doc, ada.work, 'a test')).toEqual([]);
	expect(roots(fresh).meta.toJSON()).toEqual({ v: 1, grid: 'fine', background: 'dots' });
});

test('words whose text is gone from its element cannot be put in: the element is named', () => {
	const server = new Y.Doc();
	const id = note(server, 'milk');
	const ada = person(server);
	textOf(elementMap(ada.doc, id))?.insert(4, ' and tea');
	elementMap(server, id)?.set('txt', 'of another program');
	const fresh = atOnce(server);
	expect(replay(fresh, ada.doc, ada.work, 'a test')).toEqual([id]);
	expect(elementMap(fresh, id)?.get('txt')).toBe('of another program');
});

test('whatever two people do, one of them offline, a purge between leaves what was saved, what is unsent, and no more', () => {
	for (let seed = 1; seed <= 200; seed++) {
		const random = seeded(seed);
		const server = new Y.Doc();
		const ids = Array.from({ length: 4 }, (_, i) => note(server, `one${i} two${i} three${i} four${i}`));
		server.clientID = 1 + random(1_000);
		const ada = person(server);
		// What was saved of hers before is everybody's.
		ada.doc.clientID = 2_000 + random(1_000);
		const [saved] = ids;
		moveElements(ada.doc, [saved ?? ''], 7, 7);
		textOf(elementMap(ada.doc, saved ?? ''))?.insert(0, 'Saved ');
		Y.applyUpdate(server, Y.encodeStateAsUpdate(ada.doc));
		ada.saved();
		const set: Record<string, Record<string, unknown>> = {};
		const took: Record<string, number> = {};
		/** One deed; Ada writes in Greek, the others in Latin letters. */
		const act = (doc: Y.Doc, letters: string, did: (id: string, key: string, value: unknown) => void): void => {
			const id = ids[random(ids.length)] ?? '';
			const text = textOf(elementMap(doc, id));
			const put = (key: string, value: unknown): void => {
				elementMap(doc, id)?.set(key, value);
				did(id, key, value);
			};
			switch (random(6)) {
				case 0:
					return put('pos', [null, random(99), random(99)]);
				case 1:
					return put('st', { colour: ['mint', 'sky'][random(2)] });
				case 2:
					return put('del', random(3) === 0 ? 1 + random(9) : 0);
				case 3:
				case 4:
					return text?.insert(
						random(text.length + 1),
						Array.from({ length: 1 + random(4) }, () => letters[random(24)]).join('')
					);
				case 5: {
					if (!text || text.length === 0) return;
					const at = random(text.length);
					const length = Math.min(text.length - at, 1 + random(12));
					did(id, '', length);
					return text.delete(at, length);
				}
			}
		};
		for (let i = random(12); i > 0; i--) act(server, 'abcdefghijklmnopqrstuvwxyz', () => {});
		for (let i = random(12); i > 0; i--)
			act(ada.doc, 'αβγδεζηθικλμνξοπρςστυφχψω', (id, key, value) => {
				if (key === '') took[id] = (took[id] ?? 0) + Number(value);
				else (set[id] ??= {})[key] = value;
			});
		const made = random(2) === 0 ? note(ada.doc, 'neu') : null;
		// What was deleted early leaves.
		const fresh = freshDocument(server, (_id, map) => ![1, 2, 3, 4].includes(Number(map?.get('del'))));
		const before = new Y.Doc();
		Y.applyUpdate(before, Y.encodeStateAsUpdate(fresh));
		const left = replay(fresh, ada.doc, ada.work, 'a test');
		const greek = /[α-ω]/gu;
		for (const id of ids) {
			const [was, now, hers] = [before, fresh, ada.doc].map((doc) => elementMap(doc, id));
			expect(!was && ada.work.changed.has(id), `seed ${seed}`).toBe(left.includes(id));
			if (!was) {
				expect(now, `seed ${seed}`).toBeNull();
				continue;
			}
			const { txt: _old, ...values } = was.toJSON();
			const { txt: _new, ...valuesNow } = now?.toJSON() ?? {};
			expect(valuesNow, `seed ${seed}`).toEqual({ ...values, ...set[id] });
			const text = wordsOf(fresh, id);
			const bare = (words: string): string => words.replace(greek, '').replaceAll(' ', '');
			// What the others have is there, but for letters that she took out.
			const theirs = [...bare(wordsOf(before, id))];
			const kept = [...bare(text)].reduce((from, letter) => from && theirs.indexOf(letter, from - 1) + 1, 1);
			expect(kept, `seed ${seed}`).toBeGreaterThan(0);
			expect(theirs.length - bare(text).length, `seed ${seed}`).toBeLessThanOrEqual(took[id] ?? 0);
			expect((text.match(greek) ?? []).join(''), `seed ${seed}`).toBe(
				(
					textOf(hers ?? null)
						?.toString()
						.match(greek) ?? []
				).join('')
			);
		}
		if (made) expect(wordsOf(fresh, made), `seed ${seed}`).toBe('neu');
	}
});
