import * as Y from 'yjs';
import { alike, cloned } from './cloned.ts';
import { elementMap, roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';
import { BESIDE } from './touched.ts';
import { isUnsent, type Written } from './unsent.ts';
import { hasUnsent, redoWords } from './unsent-words.ts';

/** What a person did in a document of an older epoch and the server is not known to have: where, and what of it is theirs. */
export type UnsentWork = Written & Readonly<{ made: ReadonlySet<ElementId>; changed: ReadonlySet<ElementId> }>;

/**
 * Does unsent work again in the document of the new epoch, element by element, in one transaction: values that are unsent are
 * set, words that are unsent are put in, or out. All else is as it is now: what others did meanwhile stays, and is not undone.
 * The old document must be one that forgets no words. Answers the elements of which something could not be done, most of them because they are gone: it can only be kept beside.
 */
export function replay(doc: Y.Doc, old: Y.Doc, work: UnsentWork, origin: unknown): readonly ElementId[] {
	const { made, changed } = work;
	const left: ElementId[] = [];
	doc.transact(() => {
		for (const id of new Set([...made, ...changed])) {
			if (id === BESIDE) {
				redoMeta(doc, old, work);
				continue;
			}
			const mine = elementMap(old, id);
			if (!mine) continue;
			const map = elementMap(doc, id);
			if (map) {
				if (!redo(map, mine, work)) left.push(id);
			} else if (made.has(id)) roots(doc).els.set(id, cloned(mine) as ElementMap);
			else left.push(id);
		}
	}, origin);
	return left;
}

/** The version of the shape says how the document is written now. */
function redoMeta(doc: Y.Doc, old: Y.Doc, written: Written): void {
	redo(roots(doc).meta, roots(old).meta, written, new Set(['v']));
}

/** Answers whether all that is unsent could be done again. */
function redo(
	map: Y.Map<unknown>,
	mine: Y.Map<unknown>,
	written: Written,
	except: ReadonlySet<string> = new Set()
): boolean {
	let done = true;
	for (const [key, item] of mine._map) {
		// A key that is gone is not told from one that others took out: it stays as it is now.
		if (item.deleted || except.has(key)) continue;
		const [value, now] = [mine.get(key), map.get(key)];
		if (value instanceof Y.Text && now instanceof Y.Text) redoWords(now, value, written);
		else if (value instanceof Y.Map && now instanceof Y.Map) done = redo(now, value, written) && done;
		else if (isUnsent(item.lastId, written)) {
			// What others write in would go with it.
			if (now instanceof Y.AbstractType) done = false;
			else if (!alike(now, value)) map.set(key, cloned(value));
		} else if (value instanceof Y.Text && hasUnsent(value, written)) done = false;
	}
	return done;
}
