import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { ElementId } from '../../../domain/board/element.ts';
import { takeUp } from '../tools/toolbox.ts';
import { createActions, type Happening } from './actions.ts';
import { deskOver, put } from './fixture.ts';
import { grow, intersects, type Point } from './geometry.ts';

/** A view of 1000 × 800 over a board with one note and one arrow, and a pointer that lies where the test says. */
function board() {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'note', { pos: [null, 0, 0], size: [100, 100] });
	put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [600, 520] } });
	const { desk, ...parts } = deskOver(els);
	const pasted: Point[] = [];
	const told: Happening[] = [];
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
		tell: (happening) => told.push(happening),
		focus: (id) => (focused = id),
		focused: () => focused,
		pointer: () => pointer
	});
	return {
		els,
		desk,
		actions,
		pasted,
		told,
		focused: () => focused,
		point: (at: Point | null) => (pointer = at),
		...parts
	};
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

describe('laying things by keys', () => {
	const lay = (actions: ReturnType<typeof board>['actions'], kind: 'note' | 'text' | 'arrow' | 'rectangle') =>
		actions.create(kind);
	const boxes = ({ desk }: ReturnType<typeof board>) =>
		desk.scene
			.all()
			.filter(({ element }) => element.id.startsWith('new'))
			.map(({ bounds }) => bounds);

	test('the first lies in the middle of the view, the next beside it, and rows go on below: nothing covers anything', () => {
		const here = board();
		here.desk.camera.set({ x: 3000, y: 0, zoom: 1 });
		for (let n = 0; n < 5; n++) {
			lay(here.actions, 'note');
			here.actions.perform({ do: 'back' });
		}
		const places = boxes(here).map(({ x, y }) => [x, y]);
		expect(places.slice(0, 3)).toEqual([
			[3400, 300],
			[3624, 300],
			[3400, 524]
		]);
		const all = here.desk.scene.all();
		for (const one of boxes(here))
			expect(all.filter(({ bounds }) => intersects(bounds, grow(one, -1))).map(({ bounds }) => bounds)).toEqual([one]);
	});

	test('a new thing goes beside what the keyboard stands on, past what lies there, and covers no text either', () => {
		const here = board();
		put(here.els, 'second', { pos: [null, 130, 0], size: [100, 100] });
		here.actions.perform({ do: 'walk', by: 1 });
		lay(here.actions, 'text');
		expect(boxes(here)).toEqual([{ x: 254, y: 36, w: 240, h: 28 }]);
	});

	test('a rectangle large enough to lay things on is no obstacle, and one arrow does not cover another', () => {
		const here = board();
		put(here.els, 'ground', { t: 'shape', pos: [null, 0, 200], size: [1000, 600] });
		lay(here.actions, 'note');
		expect(boxes(here)[0]).toMatchObject({ x: 400, y: 300 });
		lay(here.actions, 'arrow');
		lay(here.actions, 'arrow');
		const [, one, other] = boxes(here);
		expect(one && other && intersects(one, other)).toBe(false);
	});

	test('on a board too full for another place one is found all the same', () => {
		const here = board();
		put(here.els, 'endless', { pos: [null, -1e6, -1e12], size: [3e6, 1e13] });
		lay(here.actions, 'note');
		expect(boxes(here)).toHaveLength(1);
	});
});

describe('pulling the tip of an arrow by keys', () => {
	test('moves it while the arrow is all that is selected; with nothing selected the key is the page’s', () => {
		const { actions, desk, edits } = board();
		expect(actions.perform({ do: 'pull', dx: 10, dy: 0 })).toBe(false);
		expect(edits.calls).toEqual([]);
		desk.selection.set(['arrow']);
		expect(actions.perform({ do: 'pull', dx: 10, dy: -1 })).toBe(true);
		expect(desk.scene.get('arrow')?.ends).toEqual([
			[500, 500],
			[610, 519]
		]);
	});
});

describe('making larger and smaller by keys', () => {
	test('a rectangle by the arrow, a note in proportion by either, and nothing smaller than can be taken hold of', () => {
		const { els, actions, desk } = board();
		put(els, 'box', { t: 'shape', pos: [null, 0, 300], size: [200, 120] });
		const size = (id: ElementId) => [desk.scene.get(id)?.frame.w, desk.scene.get(id)?.frame.h];
		desk.selection.set(['box']);
		expect(actions.perform({ do: 'pull', dx: 10, dy: 0 })).toBe(true);
		actions.perform({ do: 'pull', dx: 0, dy: -1 });
		expect(size('box')).toEqual([210, 119]);
		desk.selection.set(['note']);
		actions.perform({ do: 'pull', dx: 0, dy: 10 });
		actions.perform({ do: 'pull', dx: 10, dy: 0 });
		expect(size('note')).toEqual([120, 120]);
		for (let n = 0; n < 30; n++) actions.perform({ do: 'pull', dx: -10, dy: 0 });
		expect(size('note')).toEqual([24, 24]);
	});

	test('several keep their places among each other, in one write', () => {
		const { els, actions, desk, edits } = board();
		put(els, 'other', { pos: [null, 100, 0], size: [100, 100] });
		desk.selection.set(['note', 'other']);
		actions.perform({ do: 'pull', dx: 20, dy: 0 });
		expect(edits.calls).toEqual(['resize']);
		expect(desk.scene.get('other')?.frame).toEqual({ x: 110, y: 0, w: 110, h: 110 });
	});

	test('a reader and what is locked stay as they are', () => {
		const { els, actions, desk, edits } = board();
		(els.get('note') as Y.Map<unknown>).set('lock', true);
		desk.selection.set(['note']);
		expect(actions.perform({ do: 'pull', dx: 10, dy: 0 })).toBe(false);
		expect(edits.calls).toEqual([]);
	});
});

describe('picking several by keys', () => {
	test('what is picked stays selected while the focus walks on, and can be let go again', () => {
		const { els, actions, desk, told, focused } = board();
		put(els, 'second', { pos: [null, 200, 0], size: [100, 100] });
		put(els, 'third', { pos: [null, 400, 0], size: [100, 100] });
		const walk = () => actions.perform({ do: 'walk', by: 1 });
		const pick = () => actions.perform({ do: 'pick' });
		expect(pick()).toBe(false);
		walk();
		pick();
		walk();
		expect([focused(), desk.selection.ids]).toEqual(['second', ['note']]);
		walk();
		pick();
		expect(desk.selection.ids).toEqual(['note', 'third']);
		expect(told.at(-1)).toEqual({ what: 'selected', count: 2 });
		actions.perform({ do: 'nudge', dx: 0, dy: 10 });
		expect(desk.scene.get('third')?.frame.y).toBe(10);
		expect(desk.scene.get('second')?.frame.y).toBe(0);
		pick();
		expect(desk.selection.ids).toEqual(['note']);
		actions.perform({ do: 'back' });
		expect(desk.selection.ids).toEqual([]);
		walk();
		walk();
		expect(desk.selection.ids).toEqual(['second']);
	});

	test('a walk past either end leaves what was walked to selected, and goes on from there', () => {
		const { els, actions, desk, focused } = board();
		put(els, 'second', { pos: [null, 200, 0], size: [100, 100] });
		const walk = (by: 1 | -1) => actions.perform({ do: 'walk', by });
		walk(1);
		expect(walk(-1)).toBe(false);
		expect([focused(), desk.selection.ids]).toEqual([null, ['note']]);
		expect(walk(1)).toBe(true);
		expect(focused()).toBe('note');
		actions.perform({ do: 'back' });
		actions.perform({ do: 'all' });
		expect(walk(-1)).toBe(false);
		expect(desk.selection.size).toBe(3);
	});

	test('a walk past the last keeps what was picked', () => {
		const { actions, desk } = board();
		actions.perform({ do: 'walk', by: 1 });
		actions.perform({ do: 'pick' });
		actions.perform({ do: 'walk', by: 1 });
		expect(actions.perform({ do: 'walk', by: 1 })).toBe(false);
		expect(desk.selection.ids).toEqual(['note']);
	});
});

test('the colours are asked for when something with a colour is selected, and the key is the page’s otherwise', () => {
	const { actions, desk, told } = board();
	expect(actions.perform({ do: 'colours' })).toBe(false);
	desk.selection.set(['arrow']);
	expect(actions.perform({ do: 'colours' })).toBe(false);
	desk.selection.set(['arrow', 'note']);
	expect(actions.perform({ do: 'colours' })).toBe(true);
	expect(told).toEqual([{ what: 'colours' }]);
});

test('cutting takes away what is on the clipboard only, and says what stays', () => {
	const { els, actions, desk, told } = board();
	put(els, 'newer', { t: 'newer' });
	put(els, 'locked', { lock: true });
	desk.selection.set(['note', 'newer', 'locked']);
	const copied = actions.copy();
	expect(told.at(-1)).toEqual({ what: 'copied', count: 2, left: 1 });
	if (!copied) throw new Error('nothing copied');
	actions.cut(copied);
	expect(told.at(-1)).toEqual({ what: 'cut', count: 1, left: 2 });
	expect(['note', 'newer', 'locked'].map((id) => desk.scene.get(id) !== undefined)).toEqual([false, true, true]);
});
