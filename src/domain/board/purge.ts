import type * as Y from 'yjs';
import { elementMap, roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';
import { freshDocument } from './fresh.ts';
import { readElement } from './read.ts';
import { keepReadable } from './readable.ts';

/** Deleted elements leave for good after so long. */
export const DELETED_LASTS_MS = 30 * 24 * 60 * 60 * 1000;

/** What a purge takes: `before`: elements deleted before that time (ms); null: all deleted ones, and all deleted words. */
export type Purge = Readonly<{ before: number | null }>;

export type Purged = Readonly<{ doc: Y.Doc; left: ReadonlySet<ElementId> }>;

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
	keepReadable(fresh, readable);
	// Once more, or the words just taken out would still lie in the document as a past of their own.
	return freshDocument(fresh);
}

/** Whether the element is hidden because somebody deleted it. */
export function isDeleted(id: ElementId, map: ElementMap): boolean {
	return deletedAt(id, map) > 0;
}

function deletedAt(id: ElementId, map: ElementMap): number {
	return readElement(id, map)?.del ?? 0;
}
