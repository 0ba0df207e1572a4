import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';
import { elementMap, roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';
import { cloned } from './fresh.ts';
import { bringIn } from './words.ts';

/** What a person did in a document of an older epoch and the server never had: elements they made, and those they changed. */
export type UnsentWork = Readonly<{ made: ReadonlySet<ElementId>; changed: ReadonlySet<ElementId> }>;

/**
 * Does unsent work again in the document of the new epoch, element by element, in one transaction: values become what they
 * were here, words that are only here are put in, and none of anyone's is taken out. Answers the elements that are not
 * there any more: what was done to them can only be kept beside.
 */
export function replay(doc: Y.Doc, old: Y.Doc, { made, changed }: UnsentWork, origin: unknown): readonly ElementId[] {
	const gone: ElementId[] = [];
	doc.transact(() => {
		for (const id of new Set([...made, ...changed])) {
			const mine = elementMap(old, id);
			if (!mine) continue;
			const map = elementMap(doc, id);
			if (map) redo(map, mine);
			else if (made.has(id)) roots(doc).els.set(id, cloned(mine) as ElementMap);
			else gone.push(id);
		}
	}, origin);
	return gone;
}

function redo(map: ElementMap, mine: ElementMap): void {
	for (const [key, value] of mine.entries()) {
		const now = map.get(key);
		if (value instanceof Y.Text && now instanceof Y.Text) bringIn(now, value);
		else if (value instanceof Y.AbstractType) {
			if (now === undefined) map.set(key, cloned(value));
		} else if (!equalityDeep(now, value)) map.set(key, value);
	}
}
