import type * as Y from 'yjs';
import { elementMap, roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';
import { freshDocument } from './fresh.ts';
import { readElement } from './read.ts';
import { keepReadable } from './readable.ts';

/** Deleted elements leave for good after so long. */
export const DELETED_LASTS_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * What a purge takes: `before`: the board as it was long enough ago, of which what was deleted then and ever since leaves;
 * null: all that is deleted, and all deleted words. The times that elements bear are their writers' and prove nothing.
 */
export type Purge = Readonly<{ before: Y.Doc | null }>;

/** What the log shows: `from`: nothing that stays was deleted earlier; `newest`: nothing was later. In ms. */
export type Seen = Readonly<{ from: number; newest: number }>;

export type Purged = Readonly<{ doc: Y.Doc; left: ReadonlySet<ElementId> }>;

/** The fresh document that a purge leaves, and which elements left. Dead things that are no elements leave as well. */
export function purged(doc: Y.Doc, { before }: Purge): Purged {
	const left = new Set<ElementId>();
	const fresh = freshDocument(doc, (id) => {
		const death = deathOf(doc, id);
		// Another time than then: it was brought back between, and deleted again.
		const leaves = death !== null && (!before || deathOf(before, id) === death);
		if (leaves) left.add(id);
		return !leaves;
	});
	return { doc: fresh, left };
}

/** When the next element that is deleted now may leave, in ms; null when none is. */
export function purgeDueAt(doc: Y.Doc, { from, newest }: Seen): number | null {
	let first = Infinity;
	for (const [id, map] of roots(doc).els.entries()) {
		const at = deletedAt(id, map);
		if (at > 0) first = Math.min(first, Math.max(from, Math.min(at, newest)) + DELETED_LASTS_MS);
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

/** When it was deleted, by its own account; 0 for what is no element; null for what lives, and for what is not there. */
function deathOf(doc: Y.Doc, id: ElementId): number | null {
	const map = elementMap(doc, id);
	if (!map) return roots(doc).els.has(id) ? 0 : null;
	return isDeleted(id, map) ? deletedAt(id, map) : null;
}

function deletedAt(id: ElementId, map: ElementMap): number {
	return readElement(id, map)?.del ?? 0;
}
