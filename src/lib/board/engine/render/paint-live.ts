/** Draws what moves: gestures under way, words being written, selections, rubber band, and other people over it all. */
import type { ElementId } from '../../../../domain/board/element.ts';
import { CORNERS, HANDLE_PX, cornerOf, hasRoom } from '../../tools/select/handles.ts';
import type { Camera } from '../camera.ts';
import { boxAround, boxBetween, type Box, type Point } from '../geometry.ts';
import type { Sketch } from '../ghosts.ts';
import type { Preview } from '../own-gesture.ts';
import type { Place } from '../place.ts';
import type { Cursor } from '../presence.ts';
import type { Scene } from '../scene.ts';
import { lifted, type Lifted } from './lifted.ts';
import { endsAt, layoutOf, paintArrow, paintItem, type Brush } from './paint-item.ts';
import { paintCursor, paintWriters, personColour } from './paint-people.ts';
import { outline, outlineLine, type Stroke } from './outline.ts';

/** How far an outline runs beside an arrow, in board units: its head lies within. */
const BESIDE = 9;

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
	paintOpen(brush, picture);
	for (const sketch of picture.sketches) paintSketch(brush, sketch.shape, sketch.points);
	if (preview.sketch) paintSketch(brush, preview.sketch.shape, preview.sketch.points);

	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	const onScreen = (box: Box): Box =>
		boxBetween(camera.toScreen([box.x, box.y]), camera.toScreen([box.x + box.w, box.y + box.h]));
	const placeOf = (id: ElementId): Box | null => picture.places.get(id) ?? scene.get(id)?.bounds ?? null;
	const around = (id: ElementId, stroke: Stroke, room = 0): void => {
		const item = scene.get(id);
		const place = placeOf(id);
		const ends = item && endsAt(item, picture.places.get(id));
		if (ends)
			outlineLine(
				context,
				camera.toScreen(ends[0]),
				camera.toScreen(ends[1]),
				BESIDE * Math.max(1, zoom) + room,
				stroke
			);
		else if (place) outline(context, grown(onScreen(place), room), stroke);
	};
	for (const cursor of picture.others)
		for (const id of cursor.selected) around(id, { colour: personColour(cursor), width: 2, rim: true });
	paintWriters(brush, picture, (id) => {
		const place = placeOf(id);
		return place && onScreen(place);
	});
	if (picture.handles === 'ends')
		for (const id of picture.selected)
			for (const end of picture.places.get(id)?.ends ?? scene.get(id)?.ends ?? [])
				paintEnd(brush, camera.toScreen(end));
	else for (const id of picture.selected) around(id, { colour: theme.accent, width: 1.5 });
	const own = picture.selected.flatMap((id) => placeOf(id) ?? []);
	const all = boxAround(own);
	if (all && picture.handles === 'corners') paintHandles(brush, onScreen(all), own.length > 1);
	if (picture.focused !== null) around(picture.focused, { colour: theme.ink, width: 2, dash: [2, 3] }, 4);
	if (preview.band) {
		const band = onScreen(preview.band);
		context.globalAlpha = 0.1;
		context.fillStyle = theme.accent;
		context.fillRect(band.x, band.y, band.w, band.h);
		context.globalAlpha = 1;
		outline(context, band, { colour: theme.accent, width: 1 });
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

/**
 * What is written in lies over all else meanwhile, as its words do; where something lies over a thing without paper of its
 * own, it gets some: no other words are read between those that are being written.
 */
function paintOpen(brush: Brush, { scene, places }: LivePicture): void {
	const item = brush.open === null ? undefined : scene.get(brush.open);
	if (!item || !('text' in item.element)) return;
	const { element, frame, bounds } = item;
	const { context, theme } = brush;
	const isBare = element.t === 'text' || (element.t === 'shape' && element.colour === 'none');
	if (isBare && scene.query(bounds).at(-1) !== item) {
		const h = Math.max(frame.h, layoutOf(brush, element, frame).height);
		context.fillStyle = theme.paper;
		context.fillRect(frame.x, frame.y, frame.w, h);
	}
	paintItem(brush, item, places.get(element.id));
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

function grown(box: Box, by: number): Box {
	return { x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by };
}

function paintHandles({ context, theme }: Brush, box: Box, several: boolean): void {
	if (several) outline(context, box, { colour: theme.accent, width: 1, dash: [4, 4] });
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
