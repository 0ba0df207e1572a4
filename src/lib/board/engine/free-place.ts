/** A free place for what is laid by keys: in a row to the right, the next row below it. */
import { centreOf, type Box, type Point } from './geometry.ts';
import type { Item, Scene } from './scene.ts';

/** Room between what is laid one after the other, in board units. */
export const ROW_GAP = 24;

/** So much larger than what is laid on it, a rectangle is ground to lay things on. */
const GROUND_TIMES = 4;

/** On a board so full, the place found last will do. */
const STEPS_MAX = 1_000;

export type Row = Readonly<{
	/** Where the first of the row lies, and every row below it begins. */
	start: number;
	/** The row ends here. */
	end: number;
}>;

/**
 * The middle of the first place of this size, from the given one on, that covers nothing. Lines do not count unless it is
 * a line that is laid, and neither does a rectangle that is large enough to lie under it all.
 */
export function freePlace(scene: Pick<Scene, 'query'>, size: Point, from: Point, row: Row, isLine = false): Point {
	const [w, h] = [size[0], Math.max(size[1], ROW_GAP)];
	const boxAt = ([x, y]: Point): Box => ({ x: x - w / 2, y: y - h / 2, w, h });
	const counts = ({ element, bounds }: Item): boolean =>
		element.t === 'conn' ? isLine : element.t !== 'shape' || bounds.w * bounds.h < GROUND_TIMES * w * h;
	const inTheWay = ({ x, y, w: wide, h: high }: Box): Item[] =>
		scene.query({ x: x + 1, y: y + 1, w: wide - 2, h: high - 2 }).filter(counts);
	let at = from;
	for (let step = 0; step < STEPS_MAX; step++) {
		if (at[0] > row.start && at[0] + w / 2 > row.end) at = [row.start, at[1] + h + ROW_GAP];
		const others = inTheWay(boxAt(at));
		if (others.length === 0) return at;
		at = [Math.max(...others.map(({ bounds }) => bounds.x + bounds.w)) + ROW_GAP + w / 2, at[1]];
	}
	return at;
}

/** The place right of a box, at the height of its middle. */
export function rightOf(box: Box, width: number): Point {
	return [box.x + box.w + ROW_GAP + width / 2, centreOf(box)[1]];
}
