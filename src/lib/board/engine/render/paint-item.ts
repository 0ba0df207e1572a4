/** Draws one element. The context stands in board units; `zoom` says how large a unit is on the screen. */
import type { BoardElement, TextElement } from '../../../../domain/board/element.ts';
import { centreOf, type Box, type Point } from '../geometry.ts';
import type { Place } from '../place.ts';
import type { Item } from '../scene.ts';
import { PADDING, layoutNote, layoutText, linesShown, type Layout, type Measure } from './text-layout.ts';
import type { Theme } from './theme.ts';

/** Below this size on the screen words are bars, and below half of it nothing: nobody could read them. */
const READABLE_PX = 5;
/** How much paper shows on each side of an ink line, in board units. */
const RIM = 1.5;

/** What stays the same from item to item. */
export type Brush = Readonly<{
	context: CanvasRenderingContext2D;
	theme: Theme;
	zoom: number;
	measure: Measure;
	layouts: WeakMap<BoardElement, Layout>;
	/** The element whose words an open editor shows instead. */
	open: string | null;
}>;

/** Draws the item, at another place than its own when one is given (a gesture under way). */
export function paintItem(brush: Brush, item: Item, place?: Place): void {
	const { context } = brush;
	const box = place ?? item.frame;
	if (item.element.t === 'conn') {
		const ends = endsAt(item, place);
		if (ends) paintArrow(brush, ...ends);
		return;
	}
	const turn = item.element.rot !== 0;
	if (turn) {
		const [cx, cy] = centreOf(box);
		context.save();
		context.translate(cx, cy);
		context.rotate(item.element.rot);
		context.translate(-cx, -cy);
	}
	paintBox(brush, item.element, box, place !== undefined);
	if (turn) context.restore();
}

function paintBox(brush: Brush, element: BoardElement, box: Box, resizing: boolean): void {
	const { context, theme, zoom } = brush;
	switch (element.t) {
		case 'note':
			paintPaper(brush, theme.notes[element.colour], box);
			paintWords(brush, element, box, resizing, theme.onNote);
			return;
		case 'text':
			paintWords(brush, element, box, resizing, theme.ink);
			return;
		case 'shape': {
			const filled = element.colour !== 'none';
			context.beginPath();
			context.roundRect(box.x, box.y, box.w, box.h, 6);
			if (element.colour !== 'none') {
				context.fillStyle = theme.notes[element.colour];
				context.fill();
			}
			if (filled) {
				context.strokeStyle = theme.onNote;
				context.lineWidth = Math.max(2, 1 / zoom);
				context.stroke();
			} else strokeInk(brush, 2);
			paintWords(brush, element, box, resizing, filled ? theme.onNote : theme.ink);
			return;
		}
		default:
			context.strokeStyle = theme.inkSoft;
			context.lineWidth = Math.max(1, 1 / zoom);
			context.setLineDash([6, 6]);
			context.strokeRect(box.x, box.y, box.w, box.h);
			context.setLineDash([]);
	}
}

/** Paper lies flat: no shadow, an edge that parts it from paper of the same colour, darker below, and a turned-up corner. */
function paintPaper({ context, zoom }: Brush, colour: string, { x, y, w, h }: Box): void {
	context.fillStyle = colour;
	context.fillRect(x, y, w, h);
	if (zoom * w < 40) return;
	const fold = Math.min(18, w / 8, h / 8);
	const thin = Math.max(1, 1 / zoom);
	context.strokeStyle = 'rgb(33 28 23 / 0.16)';
	context.lineWidth = thin;
	context.strokeRect(x + thin / 2, y + thin / 2, w - thin, h - thin);
	context.fillStyle = 'rgb(33 28 23 / 0.07)';
	context.fillRect(x, y + h - 2, w, 2);
	context.beginPath();
	context.moveTo(x + w - fold, y + h);
	context.lineTo(x + w, y + h - fold);
	context.lineTo(x + w, y + h);
	context.closePath();
	context.fillStyle = 'rgb(33 28 23 / 0.16)';
	context.fill();
}

function paintWords(brush: Brush, element: BoardElement, box: Box, fresh: boolean, colour: string): void {
	if (brush.open === element.id || !('text' in element) || element.text === '') return;
	const layout = layoutOf(brush, element, box, fresh);
	const { context, theme, zoom } = brush;
	const size = layout.fontSize * zoom;
	if (size < READABLE_PX / 2) return;
	const centred = element.t !== 'text';
	const top = centred ? box.y + Math.max(PADDING, (box.h - layout.height) / 2) : box.y;
	const middle = box.x + box.w / 2;
	context.fillStyle = colour;
	const bars = size < READABLE_PX;
	if (bars) context.globalAlpha = 0.35;
	else {
		context.font = `${layout.fontSize}px ${theme.handFont}`;
		context.textAlign = centred ? 'center' : 'left';
		context.textBaseline = 'alphabetic';
	}
	for (const [n, line] of (centred ? linesShown(layout, box.h) : layout.lines).entries()) {
		if (line === '') continue;
		const y = top + n * layout.lineHeight;
		if (bars) {
			const width = Math.min(box.w, (brush.measure(line) * layout.fontSize) / 100);
			context.fillRect(
				centred ? middle - width / 2 : box.x,
				y + layout.lineHeight * 0.35,
				width,
				layout.fontSize * 0.4
			);
		} else context.fillText(line, centred ? middle : box.x, y + layout.lineHeight * 0.5 + layout.fontSize * 0.35);
	}
	if (bars) context.globalAlpha = 1;
}

/** The line breaks of an element's words, remembered until it changes. */
export function layoutOf(
	{ measure, layouts }: Pick<Brush, 'measure' | 'layouts'>,
	element: BoardElement & { readonly text: string },
	box: Box,
	fresh = false
): Layout {
	const known = fresh ? undefined : layouts.get(element);
	if (known) return known;
	const layout =
		element.t === 'text'
			? layoutText(element.text, Math.max(1, box.w), (element as TextElement).fontSize, measure)
			: layoutNote(element.text, box.w, box.h, measure);
	if (!fresh) layouts.set(element, layout);
	return layout;
}

/** Where an element's words stand, or would begin. */
export function wordsBox(words: Pick<Brush, 'measure' | 'layouts'>, { element, frame, bounds }: Item): Box {
	if (!('text' in element) || element.rot !== 0) return bounds;
	const { width, height, lineHeight, fontSize } = layoutOf(words, element, frame);
	const w = Math.min(frame.w, Math.max(width, fontSize));
	const h = Math.max(height, lineHeight);
	if (element.t === 'text') return { x: frame.x, y: frame.y, w, h };
	const [x, y] = centreOf(frame);
	return { x: x - w / 2, y: Math.max(frame.y, y - h / 2), w, h: Math.min(h, frame.h) };
}

/** A straight arrow from a to b. */
export function paintArrow(brush: Pick<Brush, 'context' | 'theme' | 'zoom'>, a: Point, b: Point): void {
	const { context } = brush;
	const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
	const head = Math.min(16, long / 2);
	const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
	context.lineCap = 'round';
	context.lineJoin = 'round';
	context.beginPath();
	context.moveTo(...a);
	context.lineTo(...b);
	for (const side of [-0.5, 0.5]) {
		context.moveTo(...b);
		context.lineTo(b[0] - head * Math.cos(angle + side), b[1] - head * Math.sin(angle + side));
	}
	strokeInk(brush, 2.5);
}

/** Draws the path in ink with a thin rim of paper: it may run over a note, and in the dark both ink and notes are light. */
function strokeInk({ context, theme, zoom }: Pick<Brush, 'context' | 'theme' | 'zoom'>, width: number): void {
	const wide = Math.max(width, 1 / zoom);
	context.strokeStyle = theme.paper;
	context.lineWidth = wide + 2 * RIM;
	context.stroke();
	context.strokeStyle = theme.ink;
	context.lineWidth = wide;
	context.stroke();
}

/** Both ends of a connector, as they lie at another place than its own when one is given; null for all else. */
export function endsAt({ ends, frame }: Item, place?: Place): Item['ends'] {
	if (!ends || !place) return ends;
	if (place.ends) return place.ends;
	const into = ([x, y]: Point): Point => [
		place.x + (frame.w === 0 ? 0 : ((x - frame.x) / frame.w) * place.w),
		place.y + (frame.h === 0 ? 0 : ((y - frame.y) / frame.h) * place.h)
	];
	return [into(ends[0]), into(ends[1])];
}
