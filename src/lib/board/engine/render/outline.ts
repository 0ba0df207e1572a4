/** Lines around things on the board, in CSS pixels of the view. */
import { AROUND_PERSON } from '../../../../domain/team/colours.ts';
import type { Box, Point } from '../geometry.ts';

export type Stroke = Readonly<{
	colour: string;
	width: number;
	dash?: readonly number[];
	/** With a line of white on both sides, which parts a person's colour from dark paper. */
	rim?: boolean;
}>;

/** Draws around a box. */
export function outline(context: CanvasRenderingContext2D, { x, y, w, h }: Box, stroke: Stroke): void {
	context.beginPath();
	context.rect(x - 1, y - 1, w + 2, h + 2);
	strokePath(context, stroke);
}

/** Draws around a line from a to b, `r` away from it all along: the box around an arrow says nothing of where it is. */
export function outlineLine(context: CanvasRenderingContext2D, a: Point, b: Point, r: number, stroke: Stroke): void {
	const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
	context.beginPath();
	context.arc(...a, r, angle + Math.PI / 2, angle - Math.PI / 2);
	context.arc(...b, r, angle - Math.PI / 2, angle + Math.PI / 2);
	context.closePath();
	strokePath(context, stroke);
}

function strokePath(context: CanvasRenderingContext2D, { colour, width, dash = [], rim = false }: Stroke): void {
	if (rim) {
		context.strokeStyle = AROUND_PERSON;
		context.lineWidth = width + 2;
		context.stroke();
	}
	context.strokeStyle = colour;
	context.lineWidth = width;
	context.setLineDash([...dash]);
	context.stroke();
	context.setLineDash([]);
}
