/** The verbs of a board: each is one deed, one transaction, and passes over ids that are gone. */
import * as Y from 'yjs';
import { elementMap, LOCAL, roots, SETUP, type ElementMap } from './document.ts';
import type { BoardElement, ConnectorEnd, ElementId, NoteColour } from './element.ts';
import { byOrder, ends, freshOrder, isOrderKey, keysBetween, type Ranked } from './order.ts';
import { NOTE_SIZE, readElement, readPlace, TEXT_MAX } from './read.ts';

/** Who does it, and when (ms). */
export type Hand = Readonly<{ by: string; now: number }>;

/** A new element before it has an id and a place in the order. Places are absolute, in board units. */
export type Draft =
	| Readonly<{ t: 'note'; at: Pair; size?: Pair; colour?: NoteColour; text?: string }>
	| Readonly<{ t: 'text'; at: Pair; size?: Pair; fontSize?: number; text?: string }>
	| Readonly<{ t: 'shape'; at: Pair; size: Pair; colour?: NoteColour | 'none'; text?: string }>
	| Readonly<{ t: 'conn'; at?: Pair; a: ConnectorEnd; b: ConnectorEnd; text?: string }>;
type Pair = readonly [number, number];

/** An absolute box: x, y, width, height. */
export type Place = readonly [x: number, y: number, w: number, h: number];

/** Ids are 80 random bits: nobody has to ask anybody for one. */
export function newElementId(): ElementId {
	const bytes = crypto.getRandomValues(new Uint8Array(15));
	return [...bytes].map((byte) => 'abcdefghijklmnopqrstuvwxyz012345'[byte & 31]).join('');
}

/**
 * Adds elements on top of all others and answers their ids, in order. Making is soft: each is made hidden, untracked, and
 * shown by a second, tracked transaction, so that undo hides it and keeps whatever others wrote in it meanwhile.
 */
export function addElements(doc: Y.Doc, drafts: readonly Draft[], hand: Hand): readonly ElementId[] {
	if (drafts.length === 0) return [];
	const { els } = roots(doc);
	const ids = drafts.map(newElementId);
	doc.transact(() => {
		const keys = keysAbove(doc, drafts.length);
		drafts.forEach((draft, i) => els.set(ids[i] ?? newElementId(), build(draft, keys[i] ?? 'a0', hand)));
	}, SETUP);
	doc.transact(() => {
		// Written, not removed: Yjs would take an undone deletion's remains for somebody else's change of a removed key.
		for (const id of ids) elementMap(doc, id)?.set('del', 0);
	}, LOCAL);
	return ids;
}

/** Moves elements by a distance in board units. A connector moves as a whole: its ends lie relative to its place. */
export function moveElements(doc: Y.Doc, ids: readonly ElementId[], dx: number, dy: number): void {
	each(doc, ids, (map) => {
		const [parent, x, y] = readPlace(map.get('pos'));
		map.set('pos', [parent, x + dx, y + dy]);
	});
}

/** Gives elements new places and sizes; connectors have none of their own and are passed over. */
export function resizeElements(doc: Y.Doc, places: ReadonlyMap<ElementId, Place>): void {
	each(doc, [...places.keys()], (map, id) => {
		const place = places.get(id);
		const before = readElement(id, map);
		if (!place || !before || before.t === 'conn') return;
		const [x, y, w, h] = place;
		const [parent] = before.pos;
		const [px, py] = parent === null ? [0, 0] : absolutePlace(doc, parent);
		map.set('pos', [parent, x - px, y - py]);
		if (before.size[0] !== w || before.size[1] !== h) map.set('size', [Math.max(1, w), Math.max(1, h)]);
	});
}

/** Moves one end of a connector; the point lies relative to the connector's place. */
export function moveEnd(doc: Y.Doc, id: ElementId, end: 'a' | 'b', to: ConnectorEnd): void {
	each(doc, [id], (map) => map.set(end, to));
}

/** Colours notes and shapes; what has no colour is passed over. */
export function colourElements(doc: Y.Doc, ids: readonly ElementId[], colour: NoteColour | 'none'): void {
	each(doc, ids, (map, id) => {
		const element = readElement(id, map);
		if (element?.t !== 'note' && element?.t !== 'shape') return;
		if (element.t === 'note' && colour === 'none') return;
		const style = map.get('st');
		map.set('st', { ...(typeof style === 'object' ? style : {}), colour });
	});
}

/** Deletes softly: the elements are hidden and can be brought back, with everything that was written in them. */
export function deleteElements(doc: Y.Doc, ids: readonly ElementId[], now: number): void {
	each(doc, ids, (map, id) => {
		// What is deleted already keeps its time: another person's deed must not become ours.
		if (readElement(id, map)?.del === 0) map.set('del', now);
	});
}

/** Brings softly deleted elements back, with everything that was written in them. */
export function restoreElements(doc: Y.Doc, ids: readonly ElementId[]): void {
	each(doc, ids, (map) => map.set('del', 0));
}

/** Lifts elements above all others, in the order they have among themselves. */
export function bringToFront(doc: Y.Doc, ids: readonly ElementId[]): void {
	reorder(doc, ids, (count) => keysAbove(doc, count));
}

/** Puts elements below all others, in the order they have among themselves. */
export function sendToBack(doc: Y.Doc, ids: readonly ElementId[]): void {
	reorder(doc, ids, (count) => keysBetween(null, ends(ranked(doc)).lowest, count));
}

/** The element's top left on the board: its frames' places added up, a circle of frames cut at the lowest id. */
export function absolutePlace(doc: Y.Doc, id: ElementId): readonly [number, number] {
	const chain: ElementId[] = [];
	let at: ElementId | null = id;
	while (at !== null && elementMap(doc, at) !== null) {
		const again = chain.indexOf(at);
		if (again !== -1) {
			const lowest = chain.slice(again).reduce((low, one) => (one < low ? one : low));
			chain.length = chain.indexOf(lowest) + 1;
			break;
		}
		chain.push(at);
		at = readPlace(elementMap(doc, at)?.get('pos'))[0];
	}
	return chain.reduce<readonly [number, number]>(
		([x, y], one) => {
			const [, dx, dy] = readPlace(elementMap(doc, one)?.get('pos'));
			return [x + dx, y + dy];
		},
		[0, 0]
	);
}

/** Elements that are there, in drawing order. */
export function presentElements(doc: Y.Doc): readonly BoardElement[] {
	const found: BoardElement[] = [];
	for (const [id, map] of roots(doc).els) {
		const element = readElement(id, map);
		if (element && element.del === 0) found.push(element);
	}
	return found.sort(byOrder);
}

function build(draft: Draft, z: string, { by, now }: Hand): ElementMap {
	const map = new Y.Map<unknown>();
	const at = draft.at ?? [0, 0];
	map.set('t', draft.t);
	map.set('pos', [null, at[0], at[1]]);
	map.set('z', z);
	map.set('by', by);
	map.set('at', now);
	map.set('del', now);
	map.set('txt', new Y.Text((draft.text ?? '').slice(0, TEXT_MAX)));
	if (draft.t === 'conn') {
		map.set('a', draft.a);
		map.set('b', draft.b);
		return map;
	}
	const size = draft.size ?? (draft.t === 'note' ? NOTE_SIZE : undefined);
	if (size) map.set('size', [Math.max(1, size[0]), Math.max(1, size[1])]);
	if (draft.t === 'text' && draft.fontSize !== undefined) map.set('st', { size: draft.fontSize });
	// Butter and no colour are what a reader takes anyway: defaults are left out.
	const usual = draft.t === 'note' ? 'butter' : 'none';
	if (draft.t !== 'text' && draft.colour !== undefined && draft.colour !== usual)
		map.set('st', { colour: draft.colour });
	return map;
}

/** One tracked transaction over the elements that are still there. */
function each(doc: Y.Doc, ids: readonly ElementId[], act: (map: ElementMap, id: ElementId) => void): void {
	doc.transact(() => {
		for (const id of ids) {
			const map = elementMap(doc, id);
			if (map) act(map, id);
		}
	}, LOCAL);
}

function reorder(doc: Y.Doc, ids: readonly ElementId[], keysFor: (count: number) => readonly string[]): void {
	doc.transact(() => {
		const wanted = new Set(ids);
		const moving = ranked(doc)
			.filter(({ id }) => wanted.has(id))
			.sort(byOrder);
		const keys = keysFor(moving.length);
		moving.forEach(({ id }, i) => elementMap(doc, id)?.set('z', keys[i]));
	}, LOCAL);
}

function ranked(doc: Y.Doc): Ranked[] {
	const all: Ranked[] = [];
	for (const [id, map] of roots(doc).els) {
		const z: unknown = map instanceof Y.Map ? map.get('z') : '';
		all.push({ id, z: typeof z === 'string' ? z : '' });
	}
	return all;
}

/** Keys above everything. Where the top cannot be built upon, the whole order is written afresh, as a repair. */
function keysAbove(doc: Y.Doc, count: number): readonly string[] {
	const all = ranked(doc);
	const top = all.reduce((high, { z }) => (z > high ? z : high), '');
	if (top !== '' && !isOrderKey(top)) {
		const fresh = freshOrder(all);
		doc.transact(() => {
			for (const [id, z] of fresh) elementMap(doc, id)?.set('z', z);
		}, SETUP);
		return keysBetween(ends(ranked(doc)).highest, null, count);
	}
	return keysBetween(top === '' ? null : top, null, count);
}
