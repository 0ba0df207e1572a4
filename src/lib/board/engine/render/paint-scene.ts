import type { ElementId } from '../../../../domain/board/element.ts';
import type { Box } from '../geometry.ts';
import type { Scene } from '../scene.ts';
import { paintItem, type Brush } from './paint-item.ts';

/** Distance of the paper's dots, in board units. */
const DOTS = 40;

/** Paints the paper and all elements in the box, but those that the live picture shows instead. */
export function paintScene(brush: Brush, scene: Scene, box: Box, lifted: ReadonlySet<ElementId>): void {
	const { context, theme } = brush;
	context.fillStyle = theme.paper;
	context.fillRect(box.x, box.y, box.w, box.h);
	paintDots(brush, box);
	for (const item of scene.query(box)) if (!lifted.has(item.element.id)) paintItem(brush, item);
}

/** Dots that show how the paper moves; further out every fifth, then every twenty-fifth. */
function paintDots({ context, theme, zoom }: Brush, box: Box): void {
	let step = DOTS;
	while (step * zoom < 24) step *= 5;
	const size = 2 / zoom;
	context.fillStyle = theme.line;
	for (let x = Math.floor(box.x / step) * step; x < box.x + box.w; x += step)
		for (let y = Math.floor(box.y / step) * step; y < box.y + box.h; y += step)
			context.fillRect(x - size / 2, y - size / 2, size, size);
}
