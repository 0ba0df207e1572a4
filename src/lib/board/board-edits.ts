import type * as Y from 'yjs';
import { copyElements, pasteElements, pasteText } from '#domain/board/clipboard';
import {
	absolutePlace,
	addElements,
	colourElements,
	deleteElements,
	moveElements,
	moveEnd,
	resizeElements,
	type Hand
} from '#domain/board/commands';
import type { Undo } from '#domain/board/undo';
import type { Edits } from './engine/ports.ts';

/** The engine's verbs on a real document, done by this person. */
export function createBoardEdits(doc: Y.Doc, undo: Undo, by: string, now: () => number): Edits {
	const hand = (): Hand => ({ by, now: now() });
	return {
		add: (draft) => addElements(doc, [draft], hand())[0] ?? '',
		move: (ids, dx, dy) => moveElements(doc, ids, dx, dy),
		resize: (places) => resizeElements(doc, places),
		moveEnd: (id, end, [x, y]) => {
			const [ox, oy] = absolutePlace(doc, id);
			moveEnd(doc, id, end, { pt: [x - ox, y - oy] });
		},
		remove: (ids) => deleteElements(doc, ids, now()),
		discard: (id) => undo.discard(id, now()),
		recolour: (ids, colour) => colourElements(doc, ids, colour),
		copy: (ids) => copyElements(doc, ids),
		paste: ({ elements, text }, middle) => {
			const pasted = elements === '' ? [] : pasteElements(doc, elements, middle, hand());
			return pasted.length > 0 || text === '' ? pasted : pasteText(doc, text, middle, hand());
		},
		asOne: undo.asOne,
		undo: undo.undo,
		redo: undo.redo
	};
}
