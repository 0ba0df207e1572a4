/** The four corner handles around a selection: where they are, which one is hit, and what pulling one does to a box. */
import { boxAround, boxBetween, type Box, type Point } from '../../engine/geometry.ts';
import type { Places } from '../../engine/ports.ts';
import type { Item } from '../../engine/scene.ts';
import type { Desk } from '../tool.ts';

export const CORNERS = ['nw', 'ne', 'se', 'sw'] as const;
export type Corner = (typeof CORNERS)[number];

/** A handle's width on the screen, and how far around it a press still counts. */
export const HANDLE_PX = 10;
const NEAR_PX = { mouse: 9, touch: 22 } as const;
/** Something that is smaller than this on the screen has no handles: they would cover it. */
const ROOM_PX = 24;
/** Nothing is made smaller than this, in board units. */
export const SMALLEST = 24;

/** The selected elements that are there. */
export function selectedItems({ scene, selection }: Pick<Desk, 'scene' | 'selection'>): Item[] {
	return selection.ids.flatMap((id) => scene.get(id) ?? []);
}

/** The box around the selection, or null when there is none. */
export function selectionBox(desk: Pick<Desk, 'scene' | 'selection'>): Box | null {
	return boxAround(selectedItems(desk).map((item) => item.bounds));
}

export function cornerOf(box: Box, corner: Corner): Point {
	return [corner.endsWith('w') ? box.x : box.x + box.w, corner.startsWith('n') ? box.y : box.y + box.h];
}

/** Whether a selection of these has handles: unlocked, and not one lone line. */
export function isResizable(items: readonly Item[]): boolean {
	return items.length > 0 && items.some((item) => item.ends === null) && !items.some(({ element }) => element.lock);
}

/** What of a selection of these can be taken hold of: its corners, or both ends of the one arrow. */
export function holdsOf(items: readonly Item[]): 'corners' | 'ends' | null {
	if (loneArrow(items)) return 'ends';
	return isResizable(items) ? 'corners' : null;
}

/** Whether a box of this size on the screen leaves room for handles. */
export function hasRoom(width: number, height: number): boolean {
	return Math.max(width, height) >= ROOM_PX;
}

/**
 * The corner that a press at the point of the screen takes. From outside a handle is taken from as far as a hand needs;
 * inwards it reaches over a quarter of the box at most, so that the middle is always the thing itself.
 */
export function cornerAt(box: Box, [px, py]: Point, toScreen: (point: Point) => Point, touch: boolean): Corner | null {
	const near = touch ? NEAR_PX.touch : NEAR_PX.mouse;
	const { x, y, w, h } = boxBetween(toScreen([box.x, box.y]), toScreen([box.x + box.w, box.y + box.h]));
	if (!hasRoom(w, h)) return null;
	const isNear = (outwards: number, size: number): boolean => outwards <= near && -outwards <= Math.min(near, size / 4);
	for (const corner of CORNERS) {
		const right = corner.endsWith('w') ? x - px : px - (x + w);
		const down = corner.startsWith('n') ? y - py : py - (y + h);
		if (isNear(right, w) && isNear(down, h)) return corner;
	}
	return null;
}

/** An end of an arrow that can be pulled. */
export type End = 'a' | 'b';

/** The selection's one arrow, whose ends can be pulled; null when anything else is selected. */
export function loneArrow(items: readonly Item[]): Item | null {
	const [item, ...others] = items;
	return item?.ends && others.length === 0 && !item.element.lock ? item : null;
}

/** The end that a press at the point of the screen takes; the middle third of a short arrow stays its own. */
export function endAt(item: Item, screen: Point, toScreen: (point: Point) => Point, touch: boolean): End | null {
	if (!item.ends) return null;
	const [a, b] = [toScreen(item.ends[0]), toScreen(item.ends[1])];
	const near = touch ? NEAR_PX.touch : NEAR_PX.mouse;
	const along = Math.max(4, Math.hypot(b[0] - a[0], b[1] - a[1]) / 3);
	const isNear = (end: Point, other: Point): boolean => {
		const off = Math.hypot(end[0] - screen[0], end[1] - screen[1]);
		// Beyond the end, away from the other one, there is nothing else that a press could mean.
		const isBeyond = Math.hypot(other[0] - screen[0], other[1] - screen[1]) > Math.hypot(a[0] - b[0], a[1] - b[1]);
		return off <= (isBeyond ? near : Math.min(near, along));
	};
	// The tip first: on a very short arrow it is what one means.
	if (isNear(b, a)) return 'b';
	return isNear(a, b) ? 'a' : null;
}

/** The box after its corner was pulled by (dx, dy); the opposite corner stays. `even` keeps its proportions. */
export function pulled(box: Box, corner: Corner, [dx, dy]: Point, even: boolean): Box {
	let w = Math.max(SMALLEST, box.w + (corner.endsWith('w') ? -dx : dx));
	let h = Math.max(SMALLEST, box.h + (corner.startsWith('n') ? -dy : dy));
	if (even && box.w > 0 && box.h > 0) {
		const by = Math.max(w / box.w, h / box.h);
		w = box.w * by;
		h = box.h * by;
	}
	return {
		x: corner.endsWith('w') ? box.x + box.w - w : box.x,
		y: corner.startsWith('n') ? box.y + box.h - h : box.y,
		w,
		h
	};
}

/** Whether these keep their proportions: notes do, and several things at once. */
export function keepsProportions(items: readonly Item[]): boolean {
	return items.length > 1 || items.some(({ element }) => element.t === 'note');
}

/** A box inside `from`, in whole units, where it lies once `from` has become `to`. */
export function carriedWhole(box: Box, from: Box, to: Box): Box {
	const byX = from.w === 0 ? 1 : to.w / from.w;
	const byY = from.h === 0 ? 1 : to.h / from.h;
	return {
		x: Math.round(to.x + (box.x - from.x) * byX),
		y: Math.round(to.y + (box.y - from.y) * byY),
		w: Math.round(box.w * byX),
		h: Math.round(box.h * byY)
	};
}

/** Where these come to lie when keys pull their lower right corner: those that keep proportions grow with either arrow. */
export function pulledPlaces(items: readonly Item[], [dx, dy]: Point): Places | null {
	const whole = boxAround(items.map(({ frame }) => frame));
	if (!whole || whole.w === 0 || whole.h === 0) return null;
	const by = dx + dy;
	const even = keepsProportions(items);
	const to = pulled(whole, 'se', even ? [by, (by * whole.h) / whole.w] : [dx, dy], even);
	return new Map(
		items.map(({ element, frame }) => {
			const { x, y, w, h } = carriedWhole(frame, whole, to);
			return [element.id, [x, y, w, h]];
		})
	);
}
