import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';
import { elementMap, roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';
import { freshDocument } from './fresh.ts';
import { readElement, textOf } from './read.ts';
import { keepOnly, plain } from './words.ts';

/** Deleted elements leave for good after so long. */
export const DELETED_LASTS_MS = 30 * 24 * 60 * 60 * 1000;

/** What a purge takes: `before`: elements deleted before that time (ms); null: all deleted ones, and all deleted words. */
export type Purge = Readonly<{ before: number | null }>;

export type Purged = Readonly<{ doc: Y.Doc; left: ReadonlySet<ElementId> }>;

/** Keys whose values say nothing that could be read: place, form, colour, order, and who made it when. */
const WORDLESS = new Set(
	't pos size rot z grp st a b via lp pts crop by at del lock'.split(' ') satisfies readonly string[]
);

/** The fresh document that a purge leaves, and which elements left. Dead things that are no elements leave as well. */
export function purged(doc: Y.Doc, { before }: Purge): Purged {
	const left = new Set<ElementId>();
	const fresh = freshDocument(doc, (id, map) => {
		const stays = map !== null && deletedAt(id, map) >= (before ?? Infinity);
		const living = map !== null && !isDeleted(id, map);
		if (!stays && !living) left.add(id);
		return stays || living;
	});
	return { doc: fresh, left };
}

/** When the next element that is deleted now is to leave, in ms; null when none is. */
export function purgeDueAt(doc: Y.Doc): number | null {
	let first = Infinity;
	for (const [id, map] of roots(doc).els.entries()) {
		const at = deletedAt(id, map);
		if (at > 0) first = Math.min(first, at + DELETED_LASTS_MS);
	}
	return Number.isFinite(first) ? first : null;
}

/**
 * A moment of the past without what a purge took: elements that left are not in it. With `readable`, the board as it is
 * now, nothing is in it that cannot be read there either: no other element, no other word, no other link.
 */
export function purgedMoment(moment: Y.Doc, left: ReadonlySet<ElementId>, readable: Y.Doc | null): Y.Doc {
	const stays = (id: ElementId): boolean => !left.has(id) && (!readable || elementMap(readable, id) !== null);
	const fresh = freshDocument(moment, (id, map) => map !== null && stays(id));
	if (!readable) return fresh;
	fresh.transact(() => {
		for (const [id, map] of roots(fresh).els.entries()) {
			const now = elementMap(readable, id);
			if (now) stripWords(map, now);
		}
	});
	// Once more, or the words just taken out would still lie in the document as a past of their own.
	return freshDocument(fresh);
}

function stripWords(map: ElementMap, now: ElementMap): void {
	const [text, textNow] = [textOf(map), textOf(now)];
	if (text) keepOnly(text, textNow ? plain(textNow) : '');
	for (const [key, value] of [...map.entries()]) {
		if (value === text || WORDLESS.has(key)) continue;
		if (value instanceof Y.AbstractType || !equalityDeep(value, now.get(key))) map.delete(key);
	}
}

/** Whether the element is hidden because somebody deleted it. */
export function isDeleted(id: ElementId, map: ElementMap): boolean {
	return deletedAt(id, map) > 0;
}

function deletedAt(id: ElementId, map: ElementMap): number {
	return readElement(id, map)?.del ?? 0;
}
