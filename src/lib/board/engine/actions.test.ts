import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { ElementId } from '../../../domain/board/element.ts';
import { takeUp } from '../tools/toolbox.ts';
import { createActions } from './actions.ts';
import { deskOver, put } from './fixture.ts';
import type { Point } from './geometry.ts';

/** A view of 1000 × 800 over a board with one note and one arrow, and a pointer that lies where the test says. */
function board() {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'note', { pos: [null, 0, 0], size: [100, 100] });
	put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [600, 520] } });
	const { desk, ...parts } = deskOver(els);
	const pasted: Point[] = [];
	let pointer: Point | null = null;
	let focused: ElementId | null = null;
	const select = takeUp('select', desk);
	const actions = createActions({
		desk: {
			...desk,
			edits: {
				...desk.edits,
				paste: (_clipping, at) => {
					pasted.push(at);
					return ['note'];
				}
			}
		},
		tool: () => select,
		tell: () => undefined,
		focus: (id) => (focused = id),
		focused: () => focused,
		pointer: () => pointer
	});
	return { desk, actions, pasted, point: (at: Point | null) => (pointer = at), ...parts };
}

describe('pasting', () => {
	const clipping = { elements: '', text: 'words' };

	test('goes under the pointer, wherever the view has moved below it', () => {
		const { actions, desk, pasted, point } = board();
		point([300, 200]);
		desk.camera.set({ x: 1000, y: 0, zoom: 2 });
		actions.paste(clipping);
		expect(pasted).toEqual([[1150, 100]]);
	});

	test('goes to the middle of the view with no pointer on the board, or one left lying by who walks by keys', () => {
		const { actions, pasted, point } = board();
		actions.paste(clipping);
		expect(pasted.at(-1)).toEqual([500, 400]);
		point([300, 200]);
		actions.perform({ do: 'walk', by: 1 });
		actions.paste({ elements: '', text: 'other' });
		expect(pasted.at(-1)?.[0]).toBeGreaterThan(450);
		point([301, 200]);
		actions.paste(clipping);
		expect(pasted.at(-1)).toEqual([301, 200]);
	});

	test('a second time at one place lies a little aside: nothing hides what was pasted before', () => {
		const { actions, pasted, point } = board();
		point([300, 200]);
		for (let n = 0; n < 3; n++) actions.paste(clipping);
		expect(pasted).toEqual([
			[300, 200],
			[324, 224],
			[348, 248]
		]);
	});

	test('selects what was pasted', () => {
		const { actions, desk } = board();
		actions.paste(clipping);
		expect(desk.selection.ids).toEqual(['note']);
	});
});

describe('the tip of an arrow by keys', () => {
	test('moves while the arrow is all that is selected, and stays otherwise: then the key is the page’s', () => {
		const { actions, desk, edits } = board();
		expect(actions.perform({ do: 'tip', dx: 10, dy: 0 })).toBe(false);
		desk.selection.set(['arrow', 'note']);
		expect(actions.perform({ do: 'tip', dx: 10, dy: 0 })).toBe(false);
		expect(edits.calls).toEqual([]);
		desk.selection.set(['arrow']);
		expect(actions.perform({ do: 'tip', dx: 10, dy: -1 })).toBe(true);
		expect(desk.scene.get('arrow')?.ends).toEqual([
			[500, 500],
			[610, 519]
		]);
	});
});
