/** Draws other people: their cursors with names, and who is writing where. */
import type { ElementId } from '../../../../domain/board/element.ts';
import { AROUND_PERSON, PERSON_COLOURS } from '../../../../domain/team/colours.ts';
import type { Box, Point } from '../geometry.ts';
import type { Cursor } from '../presence.ts';
import { outline } from './outline.ts';
import type { Brush } from './paint-item.ts';

/** How high a name tag is. */
const TAG_PX = 22;
/** Between a tag and what it is about. */
const TAG_GAP_PX = 4;

type Pen = Pick<Brush, 'context' | 'theme'>;

/** The colour of whoever this cursor is. */
export function personColour(cursor: Cursor): string {
	return PERSON_COLOURS[cursor.colour] ?? PERSON_COLOURS[0];
}

/** An arrow in the person's colour, and the name beside it: colour alone says nothing. */
export function paintCursor({ context, theme }: Pen, [x, y]: Point, cursor: Cursor, hasFace: boolean): void {
	context.save();
	context.translate(x, y);
	context.fillStyle = personColour(cursor);
	context.strokeStyle = AROUND_PERSON;
	context.lineWidth = 3;
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
	context.stroke();
	context.fill();
	if (!hasFace && cursor.name !== '') {
		paintTag({ context, theme }, [12, 16], shortened(cursor.name), personColour(cursor));
	}
	context.restore();
}

/** Who has words open is named above them, one above the other: pointers may be anywhere meanwhile. */
export function paintWriters(
	pen: Pen,
	{ others, writing }: Readonly<{ others: readonly Cursor[]; writing: (name: string) => string }>,
	boxOf: (id: ElementId) => Box | null
): void {
	const tags = new Map<ElementId, number>();
	for (const cursor of others) {
		const id = writesIn(cursor);
		const box = id === null ? null : boxOf(id);
		if (id === null || !box) continue;
		const n = (tags.get(id) ?? 0) + 1;
		tags.set(id, n);
		const colour = personColour(cursor);
		if (n === 1) outline(pen.context, box, { colour, width: 3, rim: true });
		paintTag(pen, [box.x, box.y - highOf(n)], writing(shortened(cursor.name)), colour);
	}
}

/**
 * How far the tags of those who write in what is selected reach above all of it, in CSS pixels. `belowTopPx` knows how far
 * under the top of the selection an element begins, null of what is not selected.
 */
export function tagsAbovePx(others: readonly Cursor[], belowTopPx: (id: ElementId) => number | null): number {
	const tags = new Map<ElementId, number>();
	let above = 0;
	// From the few who write, not from what is selected, which may be the whole board.
	for (const cursor of others) {
		const id = writesIn(cursor);
		const below = id === null ? null : belowTopPx(id);
		if (id === null || below === null) continue;
		const n = (tags.get(id) ?? 0) + 1;
		tags.set(id, n);
		above = Math.max(above, highOf(n) - below);
	}
	return above;
}

function writesIn({ editing, name }: Cursor): ElementId | null {
	return name === '' ? null : editing;
}

function highOf(tags: number): number {
	return tags * TAG_PX + TAG_GAP_PX;
}

function shortened(name: string): string {
	return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}

function paintTag({ context, theme }: Pen, [x, y]: Point, words: string, colour: string): void {
	context.font = `600 13px ${theme.uiFont}`;
	context.textAlign = 'left';
	context.textBaseline = 'middle';
	context.fillStyle = colour;
	context.beginPath();
	context.roundRect(x, y, context.measureText(words).width + 14, TAG_PX, TAG_PX / 2);
	context.fill();
	context.fillStyle = AROUND_PERSON;
	context.fillText(words, x + 7, y + 11.5);
}
