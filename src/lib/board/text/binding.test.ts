// @vitest-environment jsdom
import { afterEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { seeded } from '../engine/fixture.ts';
import { editBetween, TextBinding } from './binding.ts';

const open: TextBinding[] = [];
afterEach(() => {
	for (const binding of open.splice(0)) binding.destroy();
});

/** Two people with one note open, their documents joined. */
function twoWriters(
	text = ''
): Readonly<Record<'ada' | 'bo', { field: HTMLTextAreaElement; binding: TextBinding; text: Y.Text }>> {
	const docs = { ada: new Y.Doc(), bo: new Y.Doc() };
	docs.ada.getText('t').insert(0, text);
	Y.applyUpdate(docs.bo, Y.encodeStateAsUpdate(docs.ada));
	docs.ada.on(
		'update',
		(update: Uint8Array, origin: unknown) => origin !== 'net' && Y.applyUpdate(docs.bo, update, 'net')
	);
	docs.bo.on(
		'update',
		(update: Uint8Array, origin: unknown) => origin !== 'net' && Y.applyUpdate(docs.ada, update, 'net')
	);
	const writer = (doc: Y.Doc) => {
		const field = document.createElement('textarea');
		document.body.append(field);
		const binding = new TextBinding(field, doc.getText('t'));
		open.push(binding);
		return { field, binding, text: doc.getText('t') };
	};
	return { ada: writer(docs.ada), bo: writer(docs.bo) };
}

/** What a browser does when somebody types at the caret. */
function type(field: HTMLTextAreaElement, words: string): void {
	field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end');
	field.dispatchEvent(new Event('input'));
}

describe('an edit', () => {
	test.each([
		['', 'a', 1, { from: 0, removed: 0, inserted: 'a' }],
		['abc', 'abXc', 3, { from: 2, removed: 0, inserted: 'X' }],
		['abc', 'ac', 1, { from: 1, removed: 1, inserted: '' }],
		['aa', 'aaa', 1, { from: 0, removed: 0, inserted: 'a' }],
		['aa', 'aaa', 3, { from: 2, removed: 0, inserted: 'a' }],
		['one two', 'one three', 9, { from: 5, removed: 2, inserted: 'hree' }],
		['abc', '', 0, { from: 0, removed: 3, inserted: '' }],
		['a😀b', 'a😁b', 3, { from: 1, removed: 2, inserted: '😁' }]
	])('from "%s" to "%s" with the caret at %i', (before, after, caret, edit) => {
		expect(editBetween(before, after, caret)).toEqual(edit);
	});
});

describe('two people in one note', () => {
	test('see each other’s letters, and both carets stay at their own', () => {
		const { ada, bo } = twoWriters('hello');
		ada.field.setSelectionRange(0, 0);
		bo.field.setSelectionRange(5, 5);
		type(ada.field, 'Oh, ');
		type(bo.field, ' there');
		type(ada.field, 'well ');
		expect(ada.field.value).toBe('Oh, well hello there');
		expect(bo.field.value).toBe('Oh, well hello there');
		expect(ada.field.selectionStart).toBe(9);
		expect(bo.field.selectionStart).toBe(20);
	});

	test.each([1, 2, 3, 4, 5, 6, 7, 8])(
		'words of equal letters written at one place at once stay whole (seed %i)',
		(seed) => {
			const chance = seeded(seed);
			const docs = [new Y.Doc(), new Y.Doc()] as const;
			docs[0].getText('t').insert(0, 'milk');
			Y.applyUpdate(docs[1], Y.encodeStateAsUpdate(docs[0]));
			const onTheWay: [Uint8Array[], Uint8Array[]] = [[], []];
			const writers = docs.map((doc, i) => {
				doc.on(
					'update',
					(update: Uint8Array, origin: unknown) => origin !== 'net' && onTheWay[i === 0 ? 1 : 0].push(update)
				);
				const field = document.createElement('textarea');
				open.push(new TextBinding(field, doc.getText('t')));
				field.setSelectionRange(4, 4);
				return {
					doc,
					field,
					left: [...(i === 0 ? ' and sugar and' : ' and salt and a')],
					gets: onTheWay[i === 0 ? 0 : 1]
				};
			});
			while (writers.some(({ left, gets }) => left.length + gets.length > 0)) {
				for (const { doc, field, left, gets } of writers) {
					if (chance() < 0.5) type(field, left.shift() ?? '');
					const update = chance() < 0.5 ? gets.shift() : undefined;
					if (update) Y.applyUpdate(doc, update, 'net');
				}
			}
			const [one, other] = writers.map(({ field }) => field.value);
			expect(one).toBe(other);
			expect(['milk and sugar and and salt and a', 'milk and salt and a and sugar and']).toContain(one);
		}
	);

	test('composing with an input method loses nothing of what the other writes meanwhile', () => {
		const { ada, bo } = twoWriters('ab');
		ada.field.setSelectionRange(1, 1);
		bo.field.setSelectionRange(0, 0);
		ada.field.dispatchEvent(new Event('compositionstart'));
		type(ada.field, 'k');
		type(bo.field, 'XY');
		expect(ada.field.value).toBe('akb');
		ada.field.setSelectionRange(1, 2);
		type(ada.field, 'か');
		ada.field.dispatchEvent(new Event('compositionend'));
		expect(ada.field.value).toBe('XYaかb');
		expect(bo.field.value).toBe('XYaかb');
		expect(ada.field.selectionStart).toBe(4);
	});

	test('undo in the note takes back own typing and leaves the other’s', () => {
		const { ada, bo } = twoWriters();
		type(ada.field, 'mine');
		bo.field.setSelectionRange(4, 4);
		type(bo.field, ' yours');
		expect(ada.binding.undo()).toBe(true);
		expect(ada.field.value).toBe(' yours');
		expect(ada.binding.undo()).toBe(false);
		expect(ada.binding.redo()).toBe(true);
		expect(bo.field.value).toBe('mine yours');
	});

	test.each([1, 2, 3, 4])('however they type, they end with one text (seed %i)', (seed) => {
		const { ada, bo } = twoWriters('start');
		let state = seed;
		const next = (n: number): number => {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			return Math.floor((state / 2 ** 32) * n);
		};
		for (let step = 0; step < 300; step++) {
			const { field } = next(2) === 0 ? ada : bo;
			// Browsers put carets between characters, never inside one.
			const letters = [...field.value];
			const at = next(letters.length + 1);
			const from = letters.slice(0, at).join('').length;
			field.setSelectionRange(from, from + letters.slice(at, at + next(3)).join('').length);
			type(field, ['', 'a', 'aa', 'b\n', '😀'][next(5)] ?? '');
		}
		expect(ada.field.value).toBe(ada.text.toString());
		expect(bo.field.value).toBe(ada.field.value);
	});
});

test('typing stops at the longest text that an element holds, and says so', () => {
	const doc = new Y.Doc();
	const field = document.createElement('textarea');
	const cuts: boolean[] = [];
	open.push(new TextBinding(field, doc.getText('t'), (cut) => cuts.push(cut)));
	type(field, 'x'.repeat(20_005));
	expect(doc.getText('t').length).toBe(20_000);
	expect(field.value.length).toBe(20_000);
	expect(cuts).toEqual([true]);
});

test('a character that takes two units is taken whole or not at all where the text is full', () => {
	const doc = new Y.Doc();
	const field = document.createElement('textarea');
	open.push(new TextBinding(field, doc.getText('t')));
	type(field, 'x'.repeat(19_999) + '😀');
	expect(doc.getText('t').toString()).toBe('x'.repeat(19_999));
	expect(field.value).toBe(doc.getText('t').toString());
});
