/** The four corner handles around a selection: where they are, which one is hit, and what pulling one does to a box. */
import { boxAround, type Box, type Point } from '../../engine/geometry.ts';
import type { Item } from '../../engine/scene.ts';
import type { Desk } from '../tool.ts';

export const CORNERS = ['nw', 'ne', 'se', 'sw'] as const;
export type Corner = (typeof CORNERS)[number];

/** A handle's width on the screen, and how far around it a press still counts. */
export const HANDLE_PX = 10;
const NEAR_PX = { mouse: 9, touch: 22 } as const;
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

export function cornerAt(box: Box, screen: Point, toScreen: (point: Point) => Point, touch: boolean): Corner | null {
	const near = touch ? NEAR_PX.touch : NEAR_PX.mouse;
	for (const corner of CORNERS) {
		const [x, y] = toScreen(cornerOf(box, corner));
		if (Math.abs(x - screen[0]) <= near && Math.abs(y - screen[1]) <= near) return corner;
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

export function endAt(item: Item, screen: Point, toScreen: (point: Point) => Point, touch: boolean): End | null {
	const near = touch ? NEAR_PX.touch : NEAR_PX.mouse;
	const isNear = (end: Point | undefined): boolean => {
		if (!end) return false;
		const [x, y] = toScreen(end);
		return Math.hypot(x - screen[0], y - screen[1]) <= near;
	};
	// The tip first: on a very short arrow it is what one means.
	if (isNear(item.ends?.[1])) return 'b';
	return isNear(item.ends?.[0]) ? 'a' : null;
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

/** A box inside `from`, where it lies once `from` has become `to`. */
export function carried(box: Box, from: Box, to: Box): Box {
	const byX = from.w === 0 ? 1 : to.w / from.w;
	const byY = from.h === 0 ? 1 : to.h / from.h;
	return { x: to.x + (box.x - from.x) * byX, y: to.y + (box.y - from.y) * byY, w: box.w * byX, h: box.h * byY };
}
