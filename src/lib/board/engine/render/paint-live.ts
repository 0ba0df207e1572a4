/** Draws what moves: gestures under way, selections, rubber band, other people's cursors with their names. */
import type { ElementId } from '../../../../domain/board/element.ts';
import { PERSON_COLOURS } from '../../../../domain/team/colours.ts';
import { CORNERS, HANDLE_PX, cornerOf, hasRoom } from '../../tools/select/handles.ts';
import type { Camera } from '../camera.ts';
import { boxAround, boxBetween, type Box, type Point } from '../geometry.ts';
import type { Sketch } from '../ghosts.ts';
import type { Preview } from '../own-gesture.ts';
import type { Place } from '../place.ts';
import type { Cursor } from '../presence.ts';
import type { Scene } from '../scene.ts';
import { lifted, type Lifted } from './lifted.ts';
import { paintArrow, paintItem, type Brush } from './paint-item.ts';

/** All that the live picture shows. */
export type LivePicture = Readonly<{
	scene: Scene;
	camera: Camera;
	/** Elements shown elsewhere than they lie: one's own gesture and the ghosts of others. */
	places: ReadonlyMap<ElementId, Place>;
	preview: Preview;
	sketches: readonly Sketch[];
	selected: readonly ElementId[];
	/** What of the selection can be taken hold of: its corners, or both ends of the one arrow. */
	handles: 'corners' | 'ends' | null;
	/** The element that the keyboard stands on. */
	focused: ElementId | null;
	others: readonly Cursor[];
	/** What the tag says over the words that somebody else has open. */
	writing: (name: string) => string;
	/** Whether faces stand at the cursors; then names stand there too, not here. */
	hasFace: (client: number) => boolean;
}>;

/** Paints the live canvas of `ratio` device pixels a CSS pixel anew. */
export function paintLive(brush: Brush, picture: LivePicture, ratio: number): void {
	const { context, theme } = brush;
	const { camera, scene, preview } = picture;
	const { x, y, zoom } = camera.look;
	context.setTransform(1, 0, 0, 1, 0, 0);
	context.clearRect(0, 0, context.canvas.width, context.canvas.height);
	const scale = zoom * ratio;
	context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
	paintLifted(brush, lifted(scene, picture.places), picture.places);
	for (const sketch of picture.sketches) paintSketch(brush, sketch.shape, sketch.points);
	if (preview.sketch) paintSketch(brush, preview.sketch.shape, preview.sketch.points);

	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	const onScreen = (box: Box): Box =>
		boxBetween(camera.toScreen([box.x, box.y]), camera.toScreen([box.x + box.w, box.y + box.h]));
	const placeOf = (id: ElementId): Box | null => picture.places.get(id) ?? scene.get(id)?.bounds ?? null;
	for (const cursor of picture.others)
		for (const id of cursor.selected) {
			const place = placeOf(id);
			if (place) outline(context, onScreen(place), colourOf(cursor), 2);
		}
	paintWriters(brush, picture, (id) => {
		const place = placeOf(id);
		return place && onScreen(place);
	});
	const own = picture.selected.flatMap((id) => placeOf(id) ?? []);
	if (picture.handles === 'ends')
		for (const id of picture.selected)
			for (const end of picture.places.get(id)?.ends ?? scene.get(id)?.ends ?? [])
				paintEnd(brush, camera.toScreen(end));
	else for (const place of own) outline(context, onScreen(place), theme.accent, 1.5);
	const around = boxAround(own);
	if (around && picture.handles === 'corners') paintHandles(brush, onScreen(around), own.length > 1);
	const focused = picture.focused === null ? null : placeOf(picture.focused);
	if (focused) outline(context, grown(onScreen(focused), 4), theme.ink, 2, [2, 3]);
	if (preview.band) {
		const band = onScreen(preview.band);
		context.globalAlpha = 0.1;
		context.fillStyle = theme.accent;
		context.fillRect(band.x, band.y, band.w, band.h);
		context.globalAlpha = 1;
		outline(context, band, theme.accent, 1);
	}
	for (const cursor of picture.others)
		if (cursor.at) paintCursor(brush, camera.toScreen(cursor.at), cursor, picture.hasFace(cursor.client));
}

function paintLifted(brush: Brush, { items, within }: Lifted, places: LivePicture['places']): void {
	const { context } = brush;
	context.save();
	if (within.length > 0) {
		context.beginPath();
		for (const { x, y, w, h } of within) context.rect(x, y, w, h);
		context.clip();
	}
	for (const item of items) paintItem(brush, item, places.get(item.element.id));
	context.restore();
}

function paintSketch(brush: Brush, shape: string, points: readonly Point[]): void {
	const [a, b] = [points[0], points.at(-1)];
	if (!a || !b) return;
	const { context, theme, zoom } = brush;
	context.globalAlpha = 0.75;
	if (shape === 'conn') paintArrow(brush, a, b);
	else {
		const box = boxBetween(a, b);
		context.strokeStyle = theme.ink;
		context.lineWidth = Math.max(2, 1 / zoom);
		context.beginPath();
		context.roundRect(box.x, box.y, box.w, box.h, shape === 'shape' ? 6 : 0);
		context.stroke();
	}
	context.globalAlpha = 1;
}

function outline(
	context: CanvasRenderingContext2D,
	box: Box,
	colour: string,
	width: number,
	dash: readonly number[] = []
): void {
	context.strokeStyle = colour;
	context.lineWidth = width;
	context.setLineDash([...dash]);
	context.strokeRect(box.x - 1, box.y - 1, box.w + 2, box.h + 2);
	context.setLineDash([]);
}

function grown(box: Box, by: number): Box {
	return { x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by };
}

function paintHandles({ context, theme }: Brush, box: Box, several: boolean): void {
	if (several) outline(context, box, theme.accent, 1, [4, 4]);
	if (!hasRoom(box.w, box.h)) return;
	for (const corner of CORNERS) {
		const [x, y] = cornerOf(box, corner);
		context.fillStyle = theme.raised;
		context.strokeStyle = theme.accent;
		context.lineWidth = 1.5;
		context.beginPath();
		context.roundRect(x - HANDLE_PX / 2, y - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX, 2);
		context.fill();
		context.stroke();
	}
}

function paintEnd({ context, theme }: Brush, [x, y]: Point): void {
	context.fillStyle = theme.raised;
	context.strokeStyle = theme.accent;
	context.lineWidth = 2;
	context.beginPath();
	context.arc(x, y, HANDLE_PX / 2 + 1, 0, 2 * Math.PI);
	context.fill();
	context.stroke();
}

function colourOf(cursor: Cursor): string {
	return PERSON_COLOURS[cursor.colour] ?? PERSON_COLOURS[0];
}

/** An arrow in the person's colour, and the name beside it: colour alone says nothing. */
function paintCursor({ context, theme }: Brush, [x, y]: Point, cursor: Cursor, hasFace: boolean): void {
	context.save();
	context.translate(x, y);
	context.fillStyle = colourOf(cursor);
	context.strokeStyle = theme.raised;
	context.lineWidth = 1.5;
	context.lineJoin = 'round';
	context.beginPath();
	for (const [px, py] of [
		[0, 0],
		[0, 17],
		[4.5, 13],
		[12, 12.5]
	] as const)
		context.lineTo(px, py);
	context.closePath();
	context.fill();
	context.stroke();
	if (!hasFace && cursor.name !== '') {
		paintTag({ context, theme }, [12, 16], shortened(cursor.name), colourOf(cursor));
	}
	context.restore();
}

/** Who has words open is named above them, one above the other: pointers may be anywhere meanwhile. */
function paintWriters(brush: Brush, { others, writing }: LivePicture, boxOf: (id: ElementId) => Box | null): void {
	const tags = new Map<ElementId, number>();
	for (const cursor of others) {
		const { editing: id, name } = cursor;
		const box = id === null || name === '' ? null : boxOf(id);
		if (id === null || !box) continue;
		const n = tags.get(id) ?? 0;
		tags.set(id, n + 1);
		const colour = colourOf(cursor);
		if (n === 0) outline(brush.context, box, colour, 3);
		paintTag(brush, [box.x, box.y - (n + 1) * TAG_PX - 4], writing(shortened(name)), colour);
	}
}

/** How high a name tag is. */
const TAG_PX = 22;

function shortened(name: string): string {
	return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}

function paintTag(
	{ context, theme }: Pick<Brush, 'context' | 'theme'>,
	[x, y]: Point,
	words: string,
	colour: string
): void {
	context.font = `600 13px ${theme.uiFont}`;
	context.textAlign = 'left';
	context.textBaseline = 'middle';
	context.fillStyle = colour;
	context.beginPath();
	context.roundRect(x, y, context.measureText(words).width + 14, TAG_PX, TAG_PX / 2);
	context.fill();
	context.fillStyle = '#FFFFFF';
	context.fillText(words, x + 7, y + 11.5);
}
