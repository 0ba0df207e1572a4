import * as Y from 'yjs';
import { alike } from './cloned.ts';
import { elementMap, roots, type ElementMap } from './document.ts';
import { NOTE_COLOURS } from './element.ts';
import { isOrderKey } from './order.ts';
import { textOf } from './read.ts';
import { keepOnly } from './words.ts';

/** Keys that say where a thing lies and how it looks: what they were stays, as far as no words can lie in it. */
const SHAPING: ReadonlySet<string> = new Set('t pos size rot z grp st a b via lp crop by at del lock'.split(' '));

/** Names and values of what is shaped; the like stand on no board as words. */
const SHAPES: readonly string[] = [...NOTE_COLOURS, 'none', 'colour', 'size', 'el', 'at', 'pt'];

/**
 * Takes out of a moment of the past, of elements that are all on the board now, what cannot be read there any more: words, how
 * they looked, things among them, and any other value that could hold words.
 */
export function keepReadable(moment: Y.Doc, now: Y.Doc): void {
	const known = new Set(SHAPES);
	for (const [id, map] of roots(now).els.entries()) {
		known.add(id);
		if (map instanceof Y.Map) for (const value of map.values()) collect(value, known);
	}
	moment.transact(() => {
		for (const [id, map] of roots(moment).els.entries()) {
			const mapNow = elementMap(now, id);
			if (mapNow) strip(map, mapNow, known);
		}
		const { meta } = roots(moment);
		const metaNow = roots(now).meta;
		for (const [key, value] of [...meta.entries()]) {
			const isVersion = key === 'v' && typeof value === 'number';
			if (!isVersion && !isSame(value, metaNow.get(key))) meta.delete(key);
		}
	});
}

function strip(map: ElementMap, now: ElementMap, known: ReadonlySet<string>): void {
	for (const [key, value] of [...map.entries()]) {
		if (value instanceof Y.Text && key === 'txt') keepOnly(value, textOf(now));
		else if (isSame(value, now.get(key)) || (key === 'z' && typeof value === 'string' && isOrderKey(value))) continue;
		else {
			const left = SHAPING.has(key) ? shapeOf(value, known) : undefined;
			if (left === undefined) map.delete(key);
			else if (!alike(left, value)) map.set(key, left);
		}
	}
}

/** The value without what could be words; undefined where nothing is left. A place in a list stays one. */
function shapeOf(value: unknown, known: ReadonlySet<string>): unknown {
	if (typeof value === 'string') return known.has(value) ? value : undefined;
	if (typeof value !== 'object' || value === null) return value;
	if (value instanceof Uint8Array || value instanceof Y.AbstractType) return undefined;
	if (Array.isArray(value)) return value.map((one) => shapeOf(one, known) ?? null);
	const left = Object.entries(value)
		.filter(([key]) => known.has(key))
		.map(([key, one]) => [key, shapeOf(one, known)] as const)
		.filter(([, one]) => one !== undefined);
	return Object.fromEntries(left);
}

/** All words in a plain value. */
function collect(value: unknown, into: Set<string>): void {
	if (typeof value === 'string') into.add(value);
	if (typeof value !== 'object' || value === null) return;
	if (value instanceof Uint8Array || value instanceof Y.AbstractType) return;
	for (const [key, one] of Object.entries(value)) {
		if (!Array.isArray(value)) into.add(key);
		collect(one, into);
	}
}

/** Shared types are never the same: what lies in them has a past of its own. */
function isSame(value: unknown, now: unknown): boolean {
	return !(value instanceof Y.AbstractType) && alike(value, now);
}
