import type { Box } from './geometry.ts';

/** How much of a view bars cover from each side, in CSS pixels. */
export type Edges = Readonly<{ left: number; top: number; right: number; bottom: number }>;

/**
 * What bars over a view leave clear: each bar takes the side on which it costs the least of the view. What lies outside
 * the view, or is not shown at all, takes nothing.
 */
export function covered(bars: Iterable<Box>, width: number, height: number): Edges {
	const edges = { left: 0, top: 0, right: 0, bottom: 0 };
	for (const { x, y, w, h } of bars) {
		if (w <= 0 || h <= 0 || x >= width || y >= height || x + w <= 0 || y + h <= 0) continue;
		const cost = {
			left: (x + w) / width,
			top: (y + h) / height,
			right: (width - x) / width,
			bottom: (height - y) / height
		};
		const least = Math.min(...Object.values(cost));
		if (least === cost.top) edges.top = Math.max(edges.top, y + h);
		else if (least === cost.bottom) edges.bottom = Math.max(edges.bottom, height - y);
		else if (least === cost.left) edges.left = Math.max(edges.left, x + w);
		else edges.right = Math.max(edges.right, width - x);
	}
	return edges;
}

/** What an on-screen keyboard hides of a view that is as high as the window. */
export function keyboardOver(width: number, height: number, seen: VisualViewport | null): Box[] {
	const bottom = seen ? seen.offsetTop + seen.height : height;
	return bottom < height ? [{ x: 0, y: bottom, w: width, h: height - bottom }] : [];
}
