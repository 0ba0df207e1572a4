/** Plane geometry of the board: boxes and points in board units, angles in radians. */
export type Point = readonly [x: number, y: number];
export type Box = Readonly<{ x: number; y: number; w: number; h: number }>;

/** The box between two corners, whichever way they lie. */
export function boxBetween(a: Point, b: Point): Box {
	return {
		x: Math.min(a[0], b[0]),
		y: Math.min(a[1], b[1]),
		w: Math.abs(a[0] - b[0]),
		h: Math.abs(a[1] - b[1])
	};
}

/** The smallest box around all of them, or null around nothing. */
export function boxAround(boxes: Iterable<Box>): Box | null {
	let left = Infinity;
	let top = Infinity;
	let right = -Infinity;
	let bottom = -Infinity;
	for (const box of boxes) {
		left = Math.min(left, box.x);
		top = Math.min(top, box.y);
		right = Math.max(right, box.x + box.w);
		bottom = Math.max(bottom, box.y + box.h);
	}
	return left === Infinity ? null : { x: left, y: top, w: right - left, h: bottom - top };
}

/**
 * The box around everything. Where that is larger than `most`, what can be shown at once, it is the box around what lies
 * about the middle one of all: a single thing far out must not hide the rest.
 */
export function boxToShow(boxes: readonly Box[], most: Readonly<{ w: number; h: number }>): Box | null {
	const whole = boxAround(boxes);
	if (!whole || (whole.w <= most.w && whole.h <= most.h)) return whole;
	const middles = boxes.map(centreOf);
	const [x, y] = [middleOf(middles.map(([x]) => x)), middleOf(middles.map(([, y]) => y))];
	const far = ([atX, atY]: Point): number => Math.max(Math.abs(atX - x) / most.w, Math.abs(atY - y) / most.h);
	const nearest = middles.reduce((best, one) => (far(one) < far(best) ? one : best), middles[0] ?? [x, y]);
	const near = boxes.filter((_, i) => {
		const [atX, atY] = middles[i] ?? nearest;
		return Math.abs(atX - nearest[0]) <= most.w / 2 && Math.abs(atY - nearest[1]) <= most.h / 2;
	});
	return boxAround(near);
}

function middleOf(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The box made larger by `by` on each side (smaller when negative). */
export function grow(box: Box, by: number): Box {
	return { x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by };
}

export function moved(box: Box, dx: number, dy: number): Box {
	return { ...box, x: box.x + dx, y: box.y + dy };
}

export function centreOf(box: Box): Point {
	return [box.x + box.w / 2, box.y + box.h / 2];
}

/** Whether the point lies in the box, its edge included. */
export function contains(box: Box, [x, y]: Point): boolean {
	return x >= box.x && y >= box.y && x <= box.x + box.w && y <= box.y + box.h;
}

/** Whether `inner` lies in `outer` altogether. */
export function encloses(outer: Box, inner: Box): boolean {
	return (
		inner.x >= outer.x &&
		inner.y >= outer.y &&
		inner.x + inner.w <= outer.x + outer.w &&
		inner.y + inner.h <= outer.y + outer.h
	);
}

export function intersects(a: Box, b: Box): boolean {
	return a.x <= b.x + b.w && b.x <= a.x + a.w && a.y <= b.y + b.h && b.y <= a.y + a.h;
}

/** The point turned about a centre. */
export function turned([x, y]: Point, [cx, cy]: Point, angle: number): Point {
	if (angle === 0) return [x, y];
	const cos = Math.cos(angle);
	const sin = Math.sin(angle);
	return [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos];
}

/** The upright box around a box that is turned about its centre. */
export function boxAroundTurned(box: Box, angle: number): Box {
	if (angle === 0) return box;
	const cos = Math.abs(Math.cos(angle));
	const sin = Math.abs(Math.sin(angle));
	const w = box.w * cos + box.h * sin;
	const h = box.w * sin + box.h * cos;
	const [cx, cy] = centreOf(box);
	return { x: cx - w / 2, y: cy - h / 2, w, h };
}

/** How far a point is from the straight line between two others. */
export function distanceToLine(point: Point, a: Point, b: Point): number {
	const dx = b[0] - a[0];
	const dy = b[1] - a[1];
	const long = dx * dx + dy * dy;
	const along = long === 0 ? 0 : Math.max(0, Math.min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / long));
	return Math.hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy);
}

/** Whether a straight line touches the box: an end inside it, or a crossing of one of its sides. */
export function lineTouches(box: Box, a: Point, b: Point): boolean {
	let from = 0;
	let to = 1;
	for (const [start, delta, low, high] of [
		[a[0], b[0] - a[0], box.x, box.x + box.w],
		[a[1], b[1] - a[1], box.y, box.y + box.h]
	] as const) {
		if (delta === 0) {
			if (start < low || start > high) return false;
			continue;
		}
		const enter = (low - start) / delta;
		const leave = (high - start) / delta;
		from = Math.max(from, Math.min(enter, leave));
		to = Math.min(to, Math.max(enter, leave));
		if (from > to) return false;
	}
	return true;
}
