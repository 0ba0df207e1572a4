import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { deskOver, put, seeded } from '../engine/fixture.ts';
import { LIVE } from '../../../domain/wire/live.ts';
import { takeUp } from './toolbox.ts';
import { TOOLS, type At, type ToolName } from './tool.ts';

const at = (x: number, y: number, more: Partial<At> = {}): At => ({
	board: [x, y],
	screen: [x, y],
	shift: false,
	command: false,
	touch: false,
	...more
});

function board() {
	const doc = new Y.Doc();
	const els = doc.getMap<unknown>('els');
	put(els, 'one', { pos: [null, 100, 100], size: [100, 100] });
	put(els, 'two', { pos: [null, 300, 100], size: [100, 100] });
	const parts = deskOver(els);
	const tool = (name: ToolName) => {
		const taken = takeUp(name, parts.desk);
		parts.desk.scene.onChange(() => taken.changed());
		return taken;
	};
	return { els, tool, ...parts, delete: (id: string) => (els.get(id) as Y.Map<unknown>).set('del', 1) };
}

describe('select', () => {
	test('a drag is one change of the document, on release, announced before it is made', () => {
		const { tool, desk, edits, sent } = board();
		const select = tool('select');
		select.pointer('down', at(150, 150));
		select.pointer('move', at(160, 150));
		select.pointer('move', at(190, 170));
		expect(edits.calls).toEqual([]);
		expect(desk.gesture.preview.places.get('one')).toMatchObject({ x: 140, y: 120 });
		select.pointer('up', at(190, 170));
		expect(edits.calls).toEqual(['move']);
		expect(desk.scene.get('one')?.frame).toMatchObject({ x: 140, y: 120 });
		expect(sent[0]).toMatchObject({ phase: LIVE.begin, payload: { do: 'move', ids: ['one'] } });
		expect(sent.at(-2)).toMatchObject({ phase: LIVE.delta, payload: [40, 20] });
		expect(sent.at(-1)).toMatchObject({ phase: LIVE.end, payload: { kept: true } });
	});

	test('a remote delete of what is dragged ends the drag, throws nothing and writes nothing', () => {
		const { tool, edits, sent, delete: remove } = board();
		const select = tool('select');
		select.pointer('down', at(150, 150));
		select.pointer('move', at(190, 150));
		remove('one');
		expect(select.state.idle).toBe(true);
		expect(sent.at(-1)).toMatchObject({ phase: LIVE.end, payload: { kept: false } });
		select.pointer('move', at(200, 150));
		select.pointer('up', at(200, 150));
		expect(edits.calls).toEqual([]);
	});

	test('of two dragged notes the one that is left goes on', () => {
		const { tool, desk, delete: remove } = board();
		const select = tool('select');
		desk.selection.set(['one', 'two']);
		select.pointer('down', at(150, 150));
		select.pointer('move', at(190, 150));
		remove('one');
		select.pointer('up', at(190, 150));
		expect(desk.scene.get('two')?.frame.x).toBe(340);
	});

	test('a rubber band takes all it touches, a press on nothing lets all go, shift adds and takes away', () => {
		const { tool, desk } = board();
		const select = tool('select');
		select.pointer('down', at(50, 50));
		select.pointer('move', at(350, 150));
		select.pointer('up', at(350, 150));
		expect(desk.selection.ids.toSorted()).toEqual(['one', 'two']);
		select.pointer('down', at(150, 150, { shift: true }));
		select.pointer('up', at(150, 150, { shift: true }));
		expect(desk.selection.ids).toEqual(['two']);
		select.pointer('down', at(700, 700));
		select.pointer('up', at(700, 700));
		expect(desk.selection.ids).toEqual([]);
	});

	test('pulling a corner resizes once, on release; the other corner stays', () => {
		const { tool, desk, edits } = board();
		desk.selection.set(['one']);
		const select = tool('select');
		select.pointer('down', at(200, 200));
		select.pointer('move', at(250, 250));
		select.pointer('up', at(250, 250));
		expect(edits.calls).toEqual(['resize']);
		expect(desk.scene.get('one')?.frame).toEqual({ x: 100, y: 100, w: 150, h: 150 });
	});
});

test('a note is put down where one lets go, its words open, and select is the tool again', () => {
	const { tool, desk, opened, used } = board();
	const note = tool('note');
	note.pointer('down', at(600, 600));
	note.pointer('up', at(600, 600));
	expect(opened).toHaveLength(1);
	expect(used).toEqual(['select']);
	expect(desk.scene.get(opened[0] ?? '')?.frame).toEqual({ x: 500, y: 500, w: 200, h: 200 });
});

test('a drawn arrow announces the element that it becomes', () => {
	const { tool, desk, sent } = board();
	const arrow = tool('arrow');
	arrow.pointer('down', at(10, 10));
	arrow.pointer('move', at(80, 40));
	arrow.pointer('up', at(80, 40));
	const [id = ''] = desk.selection.ids;
	expect(desk.scene.get(id)?.ends).toEqual([
		[10, 10],
		[80, 40]
	]);
	expect(sent.at(-1)?.payload).toEqual({ kept: true, ids: [id] });
});

test('each end of the one selected arrow can be pulled: one write, on release, told to the others as ends', () => {
	const { tool, els, desk, edits, sent } = board();
	put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [600, 520] } });
	const select = tool('select');
	desk.selection.set(['arrow']);
	select.pointer('down', at(600, 520));
	select.pointer('move', at(450, 400));
	expect(edits.calls).toEqual([]);
	// The tip is left of the tail now: a box alone would have turned the arrow round.
	expect(desk.gesture.preview.places.get('arrow')?.ends).toEqual([
		[500, 500],
		[450, 400]
	]);
	select.pointer('up', at(450, 400));
	expect(edits.calls).toEqual(['moveEnd']);
	expect(sent[0]).toMatchObject({ phase: LIVE.begin, payload: { do: 'end', ids: ['arrow'] } });
	select.pointer('down', at(500, 500));
	select.pointer('move', at(520, 600));
	select.pointer('up', at(520, 600));
	expect(desk.scene.get('arrow')?.ends).toEqual([
		[520, 600],
		[450, 400]
	]);
});

test('a press on an end that is not moved writes nothing, and a reader has no ends to pull', () => {
	const { tool, els, desk, edits } = board();
	put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [600, 520] } });
	desk.selection.set(['arrow']);
	const select = tool('select');
	select.pointer('down', at(600, 520));
	select.pointer('up', at(600, 520));
	expect(edits.calls).toEqual([]);
	const reader = takeUp('select', { ...desk, mayEdit: () => false });
	reader.pointer('down', at(600, 520));
	reader.pointer('move', at(700, 700));
	reader.pointer('up', at(700, 700));
	expect(edits.calls).toEqual([]);
});

describe('on the screen', () => {
	/** A press as the view sees it, at a point of the screen. */
	const through = (desk: ReturnType<typeof board>['desk'], screen: readonly [number, number], touch: boolean): At => ({
		...at(0, 0, { touch }),
		screen,
		board: desk.camera.toBoard(screen)
	});

	test.each([
		['a finger', 0.3, true],
		['a finger far out', 0.1, true],
		['a mouse far out', 0.05, false]
	] as const)('dragging a small selected thing by its middle moves it, with %s', (_who, zoom, touch) => {
		const { tool, desk, edits } = board();
		desk.camera.set({ x: 0, y: 0, zoom });
		desk.selection.set(['one']);
		const [x, y] = desk.camera.toScreen([150, 150]);
		const select = tool('select');
		select.pointer('down', through(desk, [x, y], touch));
		select.pointer('move', through(desk, [x + 40, y], touch));
		select.pointer('up', through(desk, [x + 40, y], touch));
		expect(edits.calls).toEqual(['move']);
	});

	test('a small thing’s corner is still taken from outside', () => {
		const { tool, desk, edits } = board();
		desk.camera.set({ x: 0, y: 0, zoom: 0.3 });
		desk.selection.set(['one']);
		const [x, y] = desk.camera.toScreen([200, 200]);
		const select = tool('select');
		select.pointer('down', through(desk, [x + 12, y + 12], true));
		select.pointer('move', through(desk, [x + 42, y + 42], true));
		select.pointer('up', through(desk, [x + 42, y + 42], true));
		expect(edits.calls).toEqual(['resize']);
		expect(desk.scene.get('one')?.frame).toEqual({ x: 100, y: 100, w: 200, h: 200 });
	});

	test('a short arrow is moved by its middle', () => {
		const { tool, els, desk, edits } = board();
		put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [530, 500] } });
		desk.selection.set(['arrow']);
		const select = tool('select');
		select.pointer('down', at(515, 500, { touch: true }));
		select.pointer('move', at(560, 500, { touch: true }));
		select.pointer('up', at(560, 500, { touch: true }));
		expect(edits.calls).toEqual(['move']);
	});
});

test('a tap near a corner or an end is not a pull: nothing is written and nobody is told', () => {
	const { tool, els, desk, edits, sent } = board();
	put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [600, 520] } });
	const select = tool('select');
	for (const [id, x, y] of [
		['one', 205, 205],
		['arrow', 605, 522]
	] as const) {
		desk.selection.set([id]);
		select.pointer('down', at(x, y));
		select.pointer('move', at(x + 2, y + 1));
		select.pointer('up', at(x + 2, y + 1));
	}
	expect(edits.calls).toEqual([]);
	expect(sent).toEqual([]);
});

test('a pulled end keeps its distance from the pointer', () => {
	const { tool, els, desk } = board();
	put(els, 'arrow', { t: 'conn', a: { pt: [500, 500] }, b: { pt: [600, 500] } });
	desk.selection.set(['arrow']);
	const select = tool('select');
	select.pointer('down', at(616, 500, { touch: true }));
	select.pointer('move', at(646, 510, { touch: true }));
	select.pointer('up', at(646, 510, { touch: true }));
	expect(desk.scene.get('arrow')?.ends?.[1]).toEqual([630, 510]);
});

test('a drawn rectangle waits for its words, an arrow does not', () => {
	const { tool, opened, desk } = board();
	for (const name of ['rectangle', 'arrow'] as const) {
		const drawing = tool(name);
		drawing.pointer('down', at(600, 600));
		drawing.pointer('move', at(700, 700));
		drawing.pointer('up', at(700, 700));
	}
	expect(opened).toHaveLength(1);
	expect(desk.scene.get(opened[0] ?? '')?.element.t).toBe('shape');
});

describe.each(TOOLS)('the %s tool', (name) => {
	test('is idle once cancelled, whatever came before', () => {
		const seed = Date.now() % 1e6;
		console.info(`tool seed ${seed}`);
		const random = seeded(seed);
		for (let round = 0; round < 40; round++) {
			const { tool, desk, sent, delete: remove } = board();
			if (random() < 0.5) desk.selection.set(['one', 'two']);
			const taken = tool(name);
			for (let n = 0; n < 6; n++) {
				const kind = (['down', 'move', 'move', 'up', 'double'] as const)[Math.floor(random() * 5)] ?? 'move';
				taken.pointer(kind, at(90 + random() * 330, 90 + random() * 120, { shift: random() < 0.3 }));
				if (random() < 0.1) remove(random() < 0.5 ? 'one' : 'two');
			}
			taken.cancel();
			expect(taken.state.idle, `seed ${seed}, round ${round}`).toBe(true);
			expect(desk.gesture.preview.places.size).toBe(0);
			const begun = sent.filter(({ phase }) => phase === LIVE.begin).length;
			expect(sent.filter(({ phase }) => phase === LIVE.end)).toHaveLength(begun);
		}
	});
});
