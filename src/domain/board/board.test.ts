import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { copyElements, PASTE_MAX, pasteElements, pasteText } from './clipboard.ts';
import {
	addElements,
	bringToFront,
	colourElements,
	deleteElements,
	moveElements,
	presentElements,
	resizeElements,
	sendToBack,
	type Draft
} from './commands.ts';
import { elementMap, roots } from './document.ts';
import type { ElementId } from './element.ts';
import { byOrder, isOrderKey } from './order.ts';
import { readElement, textOf } from './read.ts';
import { createUndo, type Undo } from './undo.ts';
import { fillWelcome } from './welcome.ts';

const hand = { by: 'ada', now: 1_000 };
const note = (x: number, y: number, text = ''): Draft => ({ t: 'note', at: [x, y], text });

/** Documents that hear each other at once. */
function together(n: number): Y.Doc[] {
	const docs = Array.from({ length: n }, () => new Y.Doc());
	for (const doc of docs)
		doc.on('update', (update: Uint8Array, origin: unknown) => {
			if (origin !== 'net') for (const other of docs) if (other !== doc) Y.applyUpdate(other, update, 'net');
		});
	return docs;
}

function pairOf(): [Y.Doc, Y.Doc] {
	const [a, b] = together(2);
	if (!a || !b) throw new Error('two');
	return [a, b];
}

function one(doc: Y.Doc, draft: Draft): string {
	const [id] = addElements(doc, [draft], hand);
	if (id === undefined) throw new Error('nothing was made');
	return id;
}

function random(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

describe('reading', () => {
	test('a note that another program wrote with the least of keys is a good note', () => {
		const doc = new Y.Doc();
		const map = new Y.Map<unknown>();
		roots(doc).els.set('n1', map);
		map.set('t', 'note');
		expect(readElement('n1', map)).toMatchObject({ t: 'note', pos: [null, 0, 0], size: [200, 200], text: '', del: 0 });
	});

	test('no value, however wrong, makes reading throw or answer a number that is not finite', () => {
		const doc = new Y.Doc();
		const bad = [
			null,
			undefined,
			NaN,
			Infinity,
			-1e300,
			'x',
			[],
			[1],
			['a', 'b', 'c'],
			{},
			{ pt: 'no' },
			new Uint8Array(3),
			true
		];
		for (const t of ['note', 'text', 'shape', 'conn', 'hologram', 7])
			for (const value of bad) {
				const map = new Y.Map<unknown>();
				roots(doc).els.set('e', map);
				for (const key of ['pos', 'size', 'z', 'rot', 'st', 'txt', 'a', 'b', 'del', 'by', 'at', 'lock'])
					map.set(key, value);
				map.set('t', t);
				const read = readElement('e', map);
				expect(read?.size.every(Number.isFinite)).toBe(true);
				expect(Number.isFinite(read?.pos[1])).toBe(true);
			}
		expect(readElement('e', 'not a map')).toBeNull();
	});
});

describe('deeds', () => {
	test('two people who drag one note at once leave it where one of them put it', () => {
		const a = new Y.Doc();
		const id = one(a, note(0, 0));
		const b = new Y.Doc();
		Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
		moveElements(a, [id], 100, 7);
		moveElements(b, [id], -50, 300);
		Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
		Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
		const place = readElement(id, elementMap(a, id))?.pos;
		expect([
			[null, 100, 7],
			[null, -50, 300]
		]).toContainEqual(place);
		expect(readElement(id, elementMap(b, id))?.pos).toEqual(place);
	});

	test('a deed on what is gone does nothing and throws nothing', () => {
		const doc = new Y.Doc();
		moveElements(doc, ['nobody'], 1, 1);
		resizeElements(doc, new Map([['nobody', [0, 0, 1, 1]]]));
		colourElements(doc, ['nobody'], 'mint');
		deleteElements(doc, ['nobody'], 1);
		expect(presentElements(doc)).toEqual([]);
	});

	test('resizing inside a frame keeps the place on the board', () => {
		const doc = new Y.Doc();
		const frame = one(doc, note(100, 100));
		const id = one(doc, note(0, 0));
		elementMap(doc, id)?.set('pos', [frame, 10, 10]);
		resizeElements(doc, new Map([[id, [150, 160, 50, 60]]]));
		expect(readElement(id, elementMap(doc, id))).toMatchObject({ pos: [frame, 50, 60], size: [50, 60] });
	});
});

describe('order', () => {
	test('what is made last lies on top, and can go to the back', () => {
		const doc = new Y.Doc();
		const ids = [one(doc, note(0, 0)), one(doc, note(1, 1)), one(doc, note(2, 2))];
		expect(presentElements(doc).map(({ id }) => id)).toEqual(ids);
		sendToBack(doc, [ids[2] ?? '']);
		expect(presentElements(doc)[0]?.id).toBe(ids[2]);
		bringToFront(doc, [ids[0] ?? '']);
		expect(presentElements(doc).at(-1)?.id).toBe(ids[0]);
	});

	test('a key that another program invented never stops a new element from lying on top', () => {
		const doc = new Y.Doc();
		for (const z of ['zzzz not a key', '', 'a0', '\u{1F600}', 'z'.repeat(500)]) {
			const id = one(doc, note(0, 0));
			elementMap(doc, id)?.set('z', z);
			const top = one(doc, note(5, 5));
			expect(presentElements(doc).at(-1)?.id).toBe(top);
			expect(isOrderKey(presentElements(doc).at(-1)?.z ?? '')).toBe(true);
		}
	});

	test('five hundred sent to the back at once keep their order and short keys', () => {
		const doc = new Y.Doc();
		one(doc, note(0, 0));
		const ids = addElements(
			doc,
			Array.from({ length: 500 }, () => note(1, 1)),
			hand
		);
		sendToBack(doc, ids);
		const order = presentElements(doc);
		expect(order.slice(0, 500).map(({ id }) => id)).toEqual(ids);
		expect(order.every(({ z }) => isOrderKey(z))).toBe(true);
	});

	test('equal keys are decided by id, the same way whoever asks', () => {
		expect(byOrder({ id: 'a', z: 'a0' }, { id: 'b', z: 'a0' })).toBe(-1);
		expect(byOrder({ id: 'b', z: 'a0' }, { id: 'a', z: 'a0' })).toBe(1);
		expect(byOrder({ id: 'a', z: 'Zz' }, { id: 'b', z: 'a0' })).toBe(-1);
	});
});

describe('undo', () => {
	test('takes back one own deed at a time, and names it', () => {
		const doc = new Y.Doc();
		const undo = createUndo(doc);
		const ids = addElements(doc, [note(0, 0), note(9, 9)], hand);
		moveElements(doc, ids, 5, 5);
		colourElements(doc, ids, 'mint');
		deleteElements(doc, ids.slice(0, 1), 2_000);
		expect(undo.undo()).toEqual({ is: 'done', what: 'deleted', n: 1 });
		expect(undo.undo()).toEqual({ is: 'done', what: 'coloured', n: 2 });
		expect(undo.undo()).toEqual({ is: 'done', what: 'moved', n: 2 });
		expect(undo.undo()).toEqual({ is: 'done', what: 'added', n: 2 });
		expect(presentElements(doc)).toEqual([]);
		expect(undo.undo()).toEqual({ is: 'nothing' });
		expect(undo.redo()).toEqual({ is: 'done', what: 'added', n: 2 });
		expect(undo.redo()).toEqual({ is: 'done', what: 'moved', n: 2 });
		expect(presentElements(doc).map(({ pos }) => pos[1])).toEqual([5, 14]);
	});

	test('what is discarded is gone for everyone and for undo, and older deeds can still be taken back', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		const kept = one(a, note(0, 0));
		const empty = one(a, { t: 'text', at: [5, 5] });
		moveElements(a, [empty], 5, 5);
		moveElements(a, [kept, empty], 1, 1);
		mine.discard(empty, 2_000);
		expect(presentElements(b).map(({ id }) => id)).toEqual([kept]);
		expect(mine.undo()).toEqual({ is: 'done', what: 'moved', n: 2 });
		expect(mine.undo()).toEqual({ is: 'done', what: 'added', n: 1 });
		expect(mine.undo()).toEqual({ is: 'nothing' });
		expect(mine.redo()).toEqual({ is: 'done', what: 'added', n: 1 });
		expect(presentElements(b).map(({ id }) => id)).toEqual([kept]);
		expect(readElement(empty, elementMap(b, empty))).toMatchObject({ del: 2_000 });
	});

	test('tells whether there is something to take back or do again, whenever that changes', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		const told: string[] = [];
		mine.onChange(() => told.push(`${mine.canUndo} ${mine.canRedo}`));
		one(b, note(0, 0));
		expect(told).toEqual([]);
		one(a, note(9, 9));
		expect(told.at(-1)).toBe('true false');
		mine.undo();
		expect(told.at(-1)).toBe('false true');
		const text = one(a, { t: 'text', at: [5, 5] });
		expect(told.at(-1)).toBe('true false');
		mine.discard(text, 2_000);
		expect(told.at(-1)).toBe('false false');
	});

	test('never takes back what somebody else did', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		one(b, note(0, 0));
		expect(mine.undo()).toEqual({ is: 'nothing' });
		expect(presentElements(a)).toHaveLength(1);
	});

	test('a deed that somebody else has moved on from is said to be superseded, and no older deed is touched', () => {
		const [a, b] = pairOf();
		const first = one(a, note(0, 0));
		const second = one(a, note(0, 0));
		const mine = createUndo(a);
		moveElements(a, [first], 1, 1);
		moveElements(a, [second], 2, 2);
		moveElements(b, [second], 7, 7);
		const since = { client: b.clientID, what: 'moved' };
		expect(mine.undo()).toEqual({ is: 'superseded', what: 'moved', since });
		expect(readElement(first, elementMap(a, first))?.pos).toEqual([null, 1, 1]);
		expect(readElement(second, elementMap(a, second))?.pos).toEqual([null, 9, 9]);
		expect(mine.undo()).toEqual({ is: 'done', what: 'moved', n: 1 });
		expect(readElement(first, elementMap(a, first))?.pos).toEqual([null, 0, 0]);
	});

	test('who moved on is named with what they did, also where that was another thing', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		const id = one(a, note(0, 0));
		deleteElements(b, [id], 9_000);
		const since = { client: b.clientID, what: 'deleted' };
		expect(mine.undo()).toEqual({ is: 'superseded', what: 'added', since });
		const other = one(b, note(0, 0));
		colourElements(a, [other], 'mint');
		colourElements(b, [other], 'sky');
		expect(mine.undo()).toMatchObject({ is: 'superseded', since: { client: b.clientID, what: 'coloured' } });
	});

	test('a note in which somebody else has written stays, and who wrote in it is named', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		one(a, note(5, 5));
		const id = one(a, note(0, 0));
		textOf(elementMap(b, id))?.insert(0, 'Bo was here');
		const since = { client: b.clientID, what: 'written' };
		expect(mine.undo()).toEqual({ is: 'superseded', what: 'added', since });
		expect(presentElements(b)).toHaveLength(2);
		// An older deed is the next one then.
		expect(mine.undo()).toMatchObject({ is: 'done', what: 'added' });
		expect(presentElements(a)).toMatchObject([{ id, text: 'Bo was here' }]);
	});

	test('a note that was deleted meanwhile is said to be, whoever wrote in it', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		const gone = one(a, note(0, 0));
		textOf(elementMap(b, gone))?.insert(0, 'Bo');
		deleteElements(b, [gone], 9_000);
		expect(mine.undo()).toMatchObject({ is: 'superseded', since: { client: b.clientID, what: 'deleted' } });
	});

	/** Types in an element as an open editor does, and closes it. */
	function write(doc: Y.Doc, undo: Undo, id: ElementId, ...acts: readonly ((text: Y.Text) => void)[]): void {
		const text = textOf(elementMap(doc, id));
		if (!text) throw new Error('no words there');
		const own = new Y.UndoManager(text, { trackedOrigins: new Set(['typing']), captureTimeout: 0 });
		for (const act of acts) doc.transact(() => act(text), 'typing');
		own.destroy();
		undo.asOne(id, () => undo.typed(id, own.undoStack));
	}
	const wordsOf = (doc: Y.Doc, id: ElementId): unknown => textOf(elementMap(doc, id))?.toString();

	test('words typed in an older note go before the deed that was done before them, and come back', () => {
		const [a, b] = pairOf();
		const id = one(a, { ...note(0, 0), text: 'old' });
		const mine = createUndo(a);
		moveElements(a, [id], 5, 5);
		write(
			a,
			mine,
			id,
			(text) => text.insert(3, ' new'),
			(text) => text.delete(0, 1)
		);
		textOf(elementMap(b, id))?.insert(6, ' of Bo');
		expect(wordsOf(a, id)).toBe('ld new of Bo');
		expect(mine.undo()).toEqual({ is: 'done', what: 'written', n: 1 });
		expect(wordsOf(b, id)).toBe('old of Bo');
		expect(mine.undo()).toEqual({ is: 'done', what: 'moved', n: 1 });
		expect(mine.redo()).toEqual({ is: 'done', what: 'moved', n: 1 });
		expect(mine.redo()).toEqual({ is: 'done', what: 'written', n: 1 });
		expect(wordsOf(b, id)).toBe('ld new of Bo');
	});

	test('a note and its first words come and go together', () => {
		const [a, b] = pairOf();
		const mine = createUndo(a);
		const id = one(a, note(0, 0));
		write(a, mine, id, (text) => text.insert(0, 'first'));
		expect(mine.undo()).toEqual({ is: 'done', what: 'added', n: 1 });
		expect(presentElements(b)).toEqual([]);
		expect(mine.canUndo).toBe(false);
		expect(mine.redo()).toEqual({ is: 'done', what: 'added', n: 1 });
		expect(presentElements(b)).toMatchObject([{ text: 'first' }]);
		write(a, mine, id, (text) => text.insert(5, ' and more'));
		expect(mine.undo()).toEqual({ is: 'done', what: 'written', n: 1 });
		const copy = one(a, note(9, 9, 'pasted'));
		write(a, mine, copy, (text) => text.insert(6, ' and changed'));
		expect(mine.undo()).toEqual({ is: 'done', what: 'written', n: 1 });
		expect(wordsOf(b, copy)).toBe('pasted');
	});

	test('what an element went through while its words closed is one step with them', () => {
		const doc = new Y.Doc();
		const id = one(doc, { t: 'text', at: [0, 0], size: [200, 28], text: 'old' });
		const mine = createUndo(doc);
		mine.asOne(id, () => {
			write(doc, mine, id, (text) => text.insert(3, '\nnew'));
			resizeElements(doc, new Map([[id, [0, 0, 200, 56]]]));
		});
		expect(mine.undo()).toEqual({ is: 'done', what: 'written', n: 1 });
		expect(readElement(id, elementMap(doc, id))).toMatchObject({ text: 'old', size: [200, 28] });
		expect(mine.canUndo).toBe(false);
	});

	test('typing of which nothing is left is no step', () => {
		const [a, b] = pairOf();
		const id = one(a, { ...note(0, 0), text: 'old' });
		const mine = createUndo(a);
		write(
			a,
			mine,
			id,
			(text) => text.insert(3, 'new'),
			(text) => text.delete(3, 3)
		);
		expect(mine.canUndo).toBe(false);
		write(
			a,
			mine,
			id,
			(text) => text.insert(0, 'mine '),
			() => textOf(elementMap(b, id))?.delete(0, 5)
		);
		expect(mine.canUndo).toBe(false);
	});

	test('typing is not on the list of deeds', () => {
		const doc = new Y.Doc();
		const id = one(doc, note(0, 0));
		const undo = createUndo(doc);
		doc.transact(() => textOf(elementMap(doc, id))?.insert(0, 'words'), { origin: 'text' });
		expect(undo.undo()).toEqual({ is: 'nothing' });
	});
});

test.each([45, 107, 228, 1, 2, 3])(
	'someone alone can take back every deed there is, to an empty board (seed %i)',
	(seed) => {
		const next = random(seed);
		const doc = new Y.Doc();
		const undo = createUndo(doc);
		for (let step = 0; step < 120; step++) {
			const ids = presentElements(doc).map(({ id }) => id);
			const some = ids.filter(() => next() < 0.3);
			const deed = Math.floor(next() * 6);
			if (deed === 0) addElements(doc, [note(next() * 900, next() * 900)], hand);
			if (deed === 1) moveElements(doc, some, next() * 99, next() * 99);
			if (deed === 2) deleteElements(doc, some, step + 1);
			if (deed === 3) colourElements(doc, some, 'coral');
			if (deed === 4) expect(undo.undo().is).not.toBe('superseded');
			if (deed === 5) expect(undo.redo().is).not.toBe('superseded');
		}
		while (undo.canUndo) expect(undo.undo().is).toBe('done');
		expect(presentElements(doc)).toEqual([]);
	}
);

describe('clipboard', () => {
	test('elements go from board to board with fresh ids, their middle where asked, as one deed', () => {
		const from = new Y.Doc();
		const ids = addElements(
			from,
			[
				note(0, 0, 'one'),
				{ t: 'shape', at: [300, 0], size: [100, 200], colour: 'sky', text: 'two' },
				{ t: 'conn', at: [10, 10], a: { pt: [0, 0] }, b: { pt: [50, 20] } }
			],
			hand
		);
		const to = new Y.Doc();
		const undo = createUndo(to);
		const clip = copyElements(from, ids);
		expect(clip.text).toBe('one\ntwo');
		const pasted = pasteElements(to, clip.elements, [1000, 1000], hand);
		expect(pasted).toHaveLength(3);
		expect(pasted.some((id) => ids.includes(id))).toBe(false);
		expect(presentElements(to)).toMatchObject([
			{ t: 'note', text: 'one', pos: [null, 800, 900] },
			{ t: 'shape', colour: 'sky', pos: [null, 1100, 900] },
			{ t: 'conn', b: { pt: [50, 20] } }
		]);
		undo.undo();
		expect(presentElements(to)).toEqual([]);
	});

	test('what cannot be carried is not among what was copied: newer kinds, and more than can be pasted at once', () => {
		const doc = new Y.Doc();
		const ids = addElements(
			doc,
			Array.from({ length: PASTE_MAX + 5 }, (_, n) => note(n, 0, `${n}`)),
			hand
		);
		elementMap(doc, ids[0] ?? '')?.set('t', 'hologram');
		const copied = copyElements(doc, ids);
		expect(copied.ids).toEqual(ids.slice(1, PASTE_MAX + 1));
		const to = new Y.Doc();
		expect(pasteElements(to, copied.elements, [0, 0], hand)).toHaveLength(PASTE_MAX);
		expect(copied.text.split('\n')).toHaveLength(PASTE_MAX);
	});

	test.each(['', '{', '[]', '{"nabij":1,"elements":[{"t":"note","at":[1e99,0]}]}', '<b>hello</b>', 'null'])(
		'what did not come from a board is not taken for elements: %s',
		(text) => {
			const doc = new Y.Doc();
			expect(pasteElements(doc, text, [0, 0], hand)).toEqual([]);
			expect(presentElements(doc)).toEqual([]);
		}
	);

	test('words become a note a line, markup included as words', () => {
		const doc = new Y.Doc();
		expect(pasteText(doc, 'one\r\n\r\n <img src=x onerror=alert(1)> \ntwo', [0, 0], hand)).toHaveLength(3);
		expect(presentElements(doc).map((element) => 'text' in element && element.text)).toEqual([
			'one',
			'<img src=x onerror=alert(1)>',
			'two'
		]);
		expect(pasteText(doc, '  \n ', [0, 0], hand)).toEqual([]);
	});
});

test.each([1, 2, 3])(
	'three people who do anything at once, now and then apart, end with one board (seed %i)',
	(seed) => {
		const next = random(seed);
		const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(next() * from.length)];
		const docs = Array.from({ length: 3 }, () => new Y.Doc());
		const undos = docs.map((doc) => createUndo(doc));
		for (let step = 0; step < 400; step++) {
			const who = Math.floor(next() * 3);
			const doc = docs[who];
			if (!doc) continue;
			const ids = presentElements(doc).map(({ id }) => id);
			const some = ids.filter(() => next() < 0.2);
			const deed = Math.floor(next() * 9);
			if (deed === 0) addElements(doc, [note(next() * 900, next() * 900)], hand);
			if (deed === 1) moveElements(doc, some, next() * 99, next() * 99);
			if (deed === 2) deleteElements(doc, some.slice(0, 1), step);
			if (deed === 3) colourElements(doc, some, 'coral');
			if (deed === 4) undos[who]?.undo();
			if (deed === 5) undos[who]?.redo();
			if (deed === 6) bringToFront(doc, some);
			if (deed === 7) textOf(elementMap(doc, pick(ids) ?? ''))?.insert(0, 'x');
			if (deed === 8)
				for (const other of docs) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)));
		}
		for (let round = 0; round < 2; round++)
			for (const doc of docs) for (const other of docs) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
		const [a, b, c] = docs.map(presentElements);
		expect(a?.length).toBeGreaterThan(0);
		expect(b).toEqual(a);
		expect(c).toEqual(a);
	}
);

test.each(['en', 'nl'] as const)('the welcome board explains itself in %s, and nobody can undo it away', (language) => {
	const doc = new Y.Doc();
	fillWelcome(doc, language);
	const undo = createUndo(doc);
	expect(presentElements(doc).length).toBeGreaterThan(8);
	expect(presentElements(doc).every(({ by }) => by === 'nabij')).toBe(true);
	expect(undo.undo()).toEqual({ is: 'nothing' });
});
