/** What keys and buttons do, on the same verbs that pointers use. */
import { cutsText, type Clipping, type Copied } from '../../../domain/board/clipboard.ts';
import type { ElementId, NoteColour } from '../../../domain/board/element.ts';
import type { UndoResult } from '../../../domain/board/undo.ts';
import { draftBetween } from '../tools/drawing.ts';
import { SIZES, draftAt } from '../tools/placing.ts';
import { isReading } from '../tools/toolbox.ts';
import type { Desk, Tool, ToolName } from '../tools/tool.ts';
import { freePlace, rightOf } from './free-place.ts';
import { boxAround, centreOf, intersects, type Point } from './geometry.ts';
import type { Intent } from './keyboard.ts';
import { isResizable, loneArrow, pulledPlaces, selectedItems } from '../tools/select/handles.ts';
import { frameOf } from './place.ts';

/** How far the arrow keys push the board when nothing is selected, in pixels. */
const PUSH_PX = 48;

/** How far a duplicate lies from its original, in board units. */
const ASIDE = 24;

/** What happened, for whoever tells it in words. */
export type Happening =
	| Readonly<{ what: 'removed' | 'pasted' | 'selected'; count: number; cut?: boolean }>
	/** `left` is how many could not be put on the clipboard, and so stay when they were to be cut. */
	| Readonly<{ what: 'copied' | 'cut'; count: number; left: number }>
	| Readonly<{ what: 'undo' | 'redo'; outcome: UndoResult }>
	| Readonly<{ what: 'reader' }>
	| Readonly<{ what: 'keys' }>
	| Readonly<{ what: 'colours' }>;

export type ActionPorts = Readonly<{
	desk: Desk;
	tool: () => Tool;
	tell: (happening: Happening) => void;
	focus: (id: ElementId | null) => void;
	focused: () => ElementId | null;
	/** Where the pointer is over the board (on the screen, the same object until it moves), or null. */
	pointer: () => Point | null;
}>;

export type Actions = ReturnType<typeof createActions>;

export function createActions({ desk, tool, tell, focus, focused, pointer }: ActionPorts) {
	const { scene, selection, camera, edits } = desk;
	/** Readers are told kindly, once for each try. */
	const editing = (act: () => void): void => {
		if (desk.mayEdit()) act();
		else tell({ what: 'reader' });
	};
	const middle = (): Point => centreOf(camera.view);

	/** Whoever walks and moves by keys means the middle of the view, wherever the pointer was left lying. */
	let leftLying: Point | null = null;
	let pasted: Readonly<{ at: Point; n: number }> | null = null;
	/** Where things are put down: under the pointer, or else in the middle; the second at one place a little aside. */
	const spot = (): Point => {
		const under = pointer();
		const at = under && under !== leftLying ? camera.toBoard(under) : middle();
		const n = pasted && isNear(pasted.at, at) ? pasted.n + 1 : 0;
		pasted = { at, n };
		return [at[0] + n * ASIDE, at[1] + n * ASIDE];
	};

	/** What was laid by keys last, and where its rows begin. */
	let laid: Readonly<{ id: ElementId; start: number }> | null = null;

	/** A new thing beside what the keyboard stands on or what was laid last, or else in the middle of the view. */
	const create = (kind: Exclude<ToolName, 'select' | 'hand'>): void => {
		const [w, h] = SIZES[kind];
		const beside = scene.get(focused() ?? selection.ids[0] ?? laid?.id ?? '');
		const { view } = camera;
		const box = beside && intersects(beside.bounds, view) ? beside.bounds : null;
		const from = box ? rightOf(box, w) : middle();
		const start = box && laid?.id === beside?.element.id && laid ? laid.start : box ? box.x + w / 2 : from[0];
		const [x, y] = freePlace(scene, [w, h], from, { start, end: view.x + view.w }, kind === 'arrow');
		const [a, b]: [Point, Point] = [
			[x - w / 2, y - h / 2],
			[x + w / 2, y + h / 2]
		];
		const draft =
			kind === 'note'
				? draftAt(kind, [x, y], desk.colour())
				: kind === 'text'
					? draftAt(kind, [a[0], y], desk.colour())
					: draftBetween(kind, a, b);
		const id = edits.add(draft);
		laid = { id, start };
		const item = scene.get(id);
		if (item) camera.reveal(item.bounds);
		focus(id);
		selection.set([id]);
		desk.use('select');
		if (kind !== 'arrow') desk.openText(id);
	};

	/**
	 * What was picked one by one while walking: the walk goes on with all of it selected. It holds for as long as the
	 * keyboard stands somewhere and nothing else was selected in another way.
	 */
	let picked: ReadonlySet<ElementId> = new Set();
	const isPicking = (): boolean => {
		const { ids } = selection;
		return focused() !== null && ids.length > 0 && ids.every((id) => picked.has(id));
	};

	/** Takes the element that the keyboard stands on in with the selection, or out of it. */
	const pick = (): boolean => {
		const id = focused();
		if (id === null) return false;
		// The first is selected for being stood on; picking keeps it.
		if (isPicking() || !selection.has(id)) selection.toggle(id);
		picked = new Set(selection.ids);
		tell({ what: 'selected', count: selection.size });
		return true;
	};

	/** Where the walk went on in the page: coming back, it begins there. */
	let leftAt: ElementId | null = null;
	/**
	 * To the next or previous element in reading order. Answers false past the last: the focus goes on in the page, and
	 * what is selected stays so, for the page's bars are about it.
	 */
	const walk = (by: 1 | -1): boolean => {
		leftLying = pointer();
		const order = scene.reading();
		const from = focused() ?? selection.ids[0] ?? null;
		const now = order.findIndex(({ element }) => element.id === from);
		const isBack = focused() === null && from !== null && from === leftAt && now !== -1;
		const next = order[isBack ? now : now === -1 ? (by === 1 ? 0 : order.length - 1) : now + by];
		const keeps = isPicking();
		leftAt = next ? null : from;
		if (!next) {
			focus(null);
			return false;
		}
		const { id } = next.element;
		focus(id);
		if (!keeps) {
			picked = new Set();
			selection.set([id]);
		}
		camera.reveal(next.bounds);
		return true;
	};

	const nudge = (dx: number, dy: number): void => {
		leftLying = pointer();
		if (selection.size === 0 || !desk.mayEdit()) {
			camera.pan(-dx * PUSH_PX, -dy * PUSH_PX);
			return;
		}
		edits.move(unlocked(selection.ids), dx, dy);
		const box = boxAround(
			selection.ids.map((id) => scene.find(id)).flatMap((one) => (one ? frameOf(one, scene.find) : []))
		);
		if (box) camera.reveal(box);
	};

	/** Pulls the tip of the one selected arrow, or else the lower right corner; false when there is nothing to pull. */
	const pull = (dx: number, dy: number): boolean => {
		const items = selectedItems(desk);
		const tip = loneArrow(items)?.ends?.[1];
		const [first] = items;
		if (!first || !desk.mayEdit()) return false;
		leftLying = pointer();
		if (tip) {
			edits.moveEnd(first.element.id, 'b', [tip[0] + dx, tip[1] + dy]);
			return true;
		}
		const places = isResizable(items) ? pulledPlaces(items, [dx, dy]) : null;
		if (!places) return false;
		edits.resize(places);
		const box = boxAround(selectedItems(desk).map(({ bounds }) => bounds));
		if (box) camera.reveal(box);
		return true;
	};

	const unlocked = (ids: readonly ElementId[]): ElementId[] => ids.filter((id) => scene.find(id)?.lock === false);

	const remove = (): void =>
		editing(() => {
			const ids = unlocked(selection.ids);
			if (ids.length === 0) return;
			edits.remove(ids);
			tell({ what: 'removed', count: ids.length });
		});

	const back = (): void => {
		if (!tool().state.idle) tool().cancel();
		else if (tool().name !== 'select') desk.use('select');
		else {
			selection.set([]);
			focus(null);
		}
	};

	const open = (): void => {
		const { name } = tool();
		if (!isReading(name)) return editing(() => create(name as Exclude<ToolName, 'select' | 'hand'>));
		const id = focused() ?? selection.ids[0];
		if (id !== undefined) editing(() => desk.openText(id));
	};

	/** To the colours of what is selected; false when there is nothing to colour. */
	const colours = (): boolean => {
		const isAny = desk.mayEdit() && selectedItems(desk).some(({ element }) => 'colour' in element);
		if (isAny) tell({ what: 'colours' });
		return isAny;
	};

	const select = (ids: readonly ElementId[]): void => {
		selection.set(ids);
		focus(null);
	};

	return {
		create: (kind: Exclude<ToolName, 'select' | 'hand'>): void => editing(() => create(kind)),
		remove,
		fit: (): void => camera.fitAll(scene.all().map(({ bounds }) => bounds)),
		undo: (): void => editing(() => tell({ what: 'undo', outcome: edits.undo() })),
		redo: (): void => editing(() => tell({ what: 'redo', outcome: edits.redo() })),
		recolour: (colour: NoteColour): void => editing(() => edits.recolour(selection.ids, colour)),
		duplicate: (): void =>
			editing(() => {
				const around = boxAround(selection.ids.flatMap((id) => scene.get(id)?.frame ?? []));
				if (!around) return;
				const [x, y] = centreOf(around);
				select(edits.paste(edits.copy(selection.ids), [x + ASIDE, y + ASIDE]));
				tell({ what: 'pasted', count: selection.size });
			}),
		/** What goes to the clipboard, or null with nothing selected. */
		copy: (): Copied | null => {
			if (selection.size === 0) return null;
			const copied = edits.copy(selection.ids);
			tell({ what: 'copied', count: copied.ids.length, left: selection.size - copied.ids.length });
			return copied;
		},
		/** The same, once the clipboard has it: takes away just what is on it and may be taken. */
		cut: ({ ids }: Copied): void =>
			editing(() => {
				const going = unlocked(ids);
				const left = selection.size - going.length;
				edits.remove(going);
				tell({ what: 'cut', count: going.length, left });
			}),
		paste: (clipping: Clipping): void =>
			editing(() => {
				select(edits.paste(clipping, spot()));
				tell({ what: 'pasted', count: selection.size, cut: cutsText(clipping) });
			}),
		/** Does what a key means; false when the key is left to the page. */
		perform(intent: Intent): boolean {
			switch (intent.do) {
				case 'tool': {
					if (isReading(intent.tool)) desk.use(intent.tool);
					else if (tool().name === intent.tool) open();
					else editing(() => desk.use(intent.tool));
					return true;
				}
				case 'walk':
					return walk(intent.by);
				case 'nudge':
					nudge(intent.dx, intent.dy);
					return true;
				case 'pull':
					return pull(intent.dx, intent.dy);
				case 'pick':
					return pick();
				case 'colours':
					return colours();
				case 'zoom':
					camera.zoomStep(intent.direction);
					return true;
				case 'all':
					select(scene.reading().map(({ element }) => element.id));
					tell({ what: 'selected', count: selection.size });
					return true;
				case 'keys':
					tell({ what: 'keys' });
					return true;
				case 'open':
					open();
					return true;
				case 'back':
					back();
					return true;
				default:
					this[intent.do]();
					return true;
			}
		}
	};
}

function isNear(a: Point, b: Point): boolean {
	return Math.hypot(a[0] - b[0], a[1] - b[1]) < 2;
}
