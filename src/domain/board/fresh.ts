import * as Y from 'yjs';
import { cloned } from './cloned.ts';
import { roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';

/** Which elements go along; `null`: what lies under this id is no element. */
export type Staying = (id: ElementId, map: ElementMap | null) => boolean;

/**
 * A document of the same content without a past: what stays is cloned, with its words and whatever else lies in it. It has
 * one clientID, and nothing of what was there before. Other roots than those of a board stay behind.
 */
export function freshDocument(doc: Y.Doc, stays: Staying = () => true): Y.Doc {
	const fresh = new Y.Doc();
	const [from, to] = [roots(doc), roots(fresh)];
	fresh.transact(() => {
		for (const [key, value] of from.meta.entries()) to.meta.set(key, cloned(value));
		for (const [id, value] of from.els.entries() as Iterable<[string, unknown]>) {
			const map = value instanceof Y.Map ? (value as ElementMap) : null;
			if (stays(id, map)) to.els.set(id, cloned(value) as ElementMap);
		}
	});
	return fresh;
}
