// @vitest-environment jsdom
/** What an open editor leaves for the board's undo when it closes, with the real two. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addElements, moveElements, presentElements } from '#domain/board/commands';
import { elementMap } from '#domain/board/document';
import type { ElementId } from '#domain/board/element';
import { textOf } from '#domain/board/read';
import { createUndo, type Undo } from '#domain/board/undo';
import { TextBinding } from './binding.ts';

const HAND = { by: 'ada', now: 1_000 };

function two(): readonly [Y.Doc, Y.Doc] {
	const docs = [new Y.Doc(), new Y.Doc()] as const;
	for (const [doc, other] of [docs, [docs[1], docs[0]] as const])
		doc.on('update', (update: Uint8Array, origin: unknown) => {
			if (origin !== 'net') Y.applyUpdate(other, update, 'net');
		});
	return docs;
}

function aNote(doc: Y.Doc, text: string): ElementId {
	const [id = ''] = addElements(doc, [{ t: 'note', at: [0, 0], text }], HAND);
	return id;
}

function wordsOf(doc: Y.Doc, id: ElementId): Y.Text {
	const text = textOf(elementMap(doc, id));
	if (!text) throw new Error('no words there');
	return text;
}

/** Opens a note's words, works in them, and closes them. */
function inWords(
	doc: Y.Doc,
	undo: Undo,
	id: ElementId,
	...acts: readonly ('undo' | 'redo' | { write: string })[]
): void {
	const field = document.createElement('textarea');
	const binding = new TextBinding(field, wordsOf(doc, id));
	for (const act of acts) {
		if (act === 'undo' || act === 'redo') binding[act]();
		else {
			field.value = act.write;
			field.setSelectionRange(act.write.length, act.write.length);
			field.dispatchEvent(new Event('input'));
		}
	}
	undo.asOne(id, () => {
		binding.destroy();
		undo.typed(id, binding.steps);
	});
}

describe('words brought back in the open editor', () => {
	test('are a step of the board’s undo, before older deeds', () => {
		const [doc] = two();
		const id = aNote(doc, 'old');
		const undo = createUndo(doc);
		moveElements(doc, [id], 5, 5);
		// Taken back and done again, so that what follows is a burst of typing of its own.
		inWords(doc, undo, id, { write: 'old hello' }, 'undo', 'redo', { write: 'old' }, 'undo');
		expect(wordsOf(doc, id).toString()).toBe('old hello');
		expect(undo.undo()).toMatchObject({ is: 'done', what: 'written' });
		expect(wordsOf(doc, id).toString()).toBe('old');
		expect(undo.undo()).toMatchObject({ is: 'done', what: 'moved' });
	});

	test('stay whoever’s they were: the making of their note is not taken back', () => {
		const [ada, bo] = two();
		const undo = createUndo(ada);
		const id = aNote(ada, '');
		wordsOf(bo, id).insert(0, 'Bo was here');
		inWords(ada, undo, id, { write: '' }, 'undo');
		const since = { client: bo.clientID, what: 'written' };
		expect(undo.undo()).toEqual({ is: 'superseded', what: 'added', since });
		expect(presentElements(bo)).toMatchObject([{ text: 'Bo was here' }]);
	});
});

test('words of another that the board’s undo brought back keep their note', () => {
	const [ada, bo] = two();
	const undo = createUndo(ada);
	const id = aNote(ada, '');
	moveElements(ada, [id], 5, 5);
	wordsOf(bo, id).insert(0, 'Bo was here');
	inWords(ada, undo, id, { write: '' });
	expect([undo.undo(), undo.undo(), undo.undo()].map(({ is }) => is)).toEqual(['done', 'done', 'superseded']);
	expect(presentElements(bo)).toMatchObject([{ text: 'Bo was here' }]);
});

test('words written over another’s first words are not taken away with the note', () => {
	const [ada, bo] = two();
	const undo = createUndo(ada);
	const id = aNote(ada, '');
	wordsOf(bo, id).insert(0, 'Bo was here');
	inWords(ada, undo, id, { write: 'mine' });
	expect(undo.undo()).toMatchObject({ is: 'superseded', what: 'added' });
	expect(presentElements(bo)).toMatchObject([{ text: 'mine' }]);
});

describe('first words belong to the making of their note', () => {
	test('also where it was looked into before, without a letter', () => {
		const [doc] = two();
		const undo = createUndo(doc);
		const id = aNote(doc, '');
		inWords(doc, undo, id);
		inWords(doc, undo, id, { write: 'later' });
		undo.undo();
		expect(presentElements(doc)).toEqual([]);
	});

	test('also where the making was taken back and done again', () => {
		const [doc] = two();
		const undo = createUndo(doc);
		const id = aNote(doc, '');
		undo.undo();
		undo.redo();
		inWords(doc, undo, id, { write: 'later' });
		undo.undo();
		expect(presentElements(doc)).toEqual([]);
	});
});
