import * as Y from 'yjs';
import {
	NOTE_COLOURS,
	type BoardElement,
	type ConnectorEnd,
	type ElementId,
	type NoteColour,
	type TextElement
} from './element.ts';

/** Board units further from the middle than this are brought back: beyond it, drawing loses precision. */
export const REACH = 1e7;
/** The longest text an element shows, in UTF-16 units. What is longer is kept and cut where it is read. */
export const TEXT_MAX = 20_000;

export const NOTE_SIZE = [200, 200] as const;

const USUAL_SIZE: Readonly<Record<string, readonly [number, number]>> = {
	note: NOTE_SIZE,
	text: [240, 40],
	shape: [240, 160]
};

/**
 * Reads one element. Other programs and newer versions write too, so each value is checked by itself and a bad one reads
 * as its default: a note without a size or a place is still a note. Null only for what is no map at all.
 */
export function readElement(id: ElementId, value: unknown): BoardElement | null {
	if (!(value instanceof Y.Map)) return null;
	const map = value as Y.Map<unknown>;
	const kind = textOr(map.get('t'), '');
	const common = {
		id,
		pos: readPlace(map.get('pos')),
		size: readSize(map.get('size'), USUAL_SIZE[kind] ?? NOTE_SIZE),
		z: textOr(map.get('z'), ''),
		rot: within(map.get('rot'), -Math.PI * 2, Math.PI * 2, 0),
		by: textOr(map.get('by'), ''),
		at: within(map.get('at'), 0, Number.MAX_SAFE_INTEGER, 0),
		del: within(map.get('del'), 0, Number.MAX_SAFE_INTEGER, 0),
		lock: map.get('lock') === true
	};
	const style = isRecord(map.get('st')) ? (map.get('st') as Record<string, unknown>) : {};
	const text = readText(map.get('txt'));
	switch (kind) {
		case 'note':
			return { ...common, t: 'note', colour: noteColour(style['colour']) ?? 'butter', text };
		case 'text':
			return { ...common, t: 'text', fontSize: fontSize(style['size']), text };
		case 'shape':
			return { ...common, t: 'shape', shape: 'rectangle', colour: noteColour(style['colour']) ?? 'none', text };
		case 'conn':
			return { ...common, t: 'conn', a: readEnd(map.get('a'), [0, 0]), b: readEnd(map.get('b'), [120, 0]), text };
		default:
			return { ...common, t: 'unknown', kind };
	}
}

/** The element's shared text, or null where another program left it out. */
export function textOf(map: Y.Map<unknown> | null): Y.Text | null {
	const value = map?.get('txt');
	return value instanceof Y.Text ? value : null;
}

export function isNoteColour(value: unknown): value is NoteColour {
	return NOTE_COLOURS.includes(value as NoteColour);
}

function noteColour(value: unknown): NoteColour | null {
	return isNoteColour(value) ? value : null;
}

function fontSize(value: unknown): TextElement['fontSize'] {
	return within(value, 8, 400, 21);
}

function readText(value: unknown): string {
	if (value instanceof Y.Text) return value.toString().slice(0, TEXT_MAX);
	return textOr(value, '').slice(0, TEXT_MAX);
}

/** A place as it is packed: parent or null, x, y. */
export function readPlace(value: unknown): BoardElement['pos'] {
	if (!Array.isArray(value)) return [null, 0, 0];
	const [parent, x, y] = value as unknown[];
	return [typeof parent === 'string' ? parent : null, within(x, -REACH, REACH, 0), within(y, -REACH, REACH, 0)];
}

function readSize(value: unknown, usual: readonly [number, number]): readonly [number, number] {
	if (!Array.isArray(value)) return usual;
	const [w, h] = value as unknown[];
	return [within(w, 1, 100_000, usual[0]), within(h, 1, 100_000, usual[1])];
}

/** An end of a connector as it is packed; a bad point reads as `usual`. */
export function readEnd(value: unknown, usual: readonly [number, number]): ConnectorEnd {
	if (!isRecord(value)) return { pt: usual };
	const pt = readPair(value['pt'], -REACH, REACH) ?? usual;
	const at = readPair(value['at'], 0, 1);
	const el = typeof value['el'] === 'string' ? value['el'] : undefined;
	return { pt, ...(el === undefined ? {} : { el }), ...(at === null ? {} : { at }) };
}

function readPair(value: unknown, low: number, high: number): readonly [number, number] | null {
	if (!Array.isArray(value)) return null;
	const [x, y] = value as unknown[];
	if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) return null;
	return [Math.min(high, Math.max(low, x)), Math.min(high, Math.max(low, y))];
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Y.AbstractType);
}

function textOr(value: unknown, otherwise: string): string {
	return typeof value === 'string' ? value : otherwise;
}

/** The number brought into the bounds; `otherwise` for what is no finite number. */
function within(value: unknown, low: number, high: number, otherwise: number): number {
	if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise;
	return Math.min(high, Math.max(low, value));
}
