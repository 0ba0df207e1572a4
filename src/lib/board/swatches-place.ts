import type { Edges } from './engine/clear.ts';
import type { Box, Point } from './engine/geometry.ts';

/** Clear of handles and of the ring around what the keyboard stands on, in pixels. */
const GAP_PX = 18;

/**
 * Where the colours stand beside a selection, top left corner: above it, or else below it, so that they cover neither what
 * is selected nor its handles; in a selection as high as the view, at the top of that. Always clear of the bars.
 */
export function swatchesPlace(
	selection: Box,
	bar: Readonly<{ width: number; height: number }>,
	view: Readonly<{ width: number; height: number }>,
	bars: Edges
): Point {
	const lowest = view.height - bars.bottom - bar.height;
	const above = selection.y - GAP_PX - bar.height;
	const below = selection.y + selection.h + GAP_PX;
	const y = above >= bars.top ? above : below <= lowest ? below : bars.top;
	const x = selection.x + selection.w / 2 - bar.width / 2;
	return [
		Math.round(Math.max(bars.left, Math.min(view.width - bars.right - bar.width, x))),
		Math.round(Math.max(bars.top, Math.min(lowest, y)))
	];
}
