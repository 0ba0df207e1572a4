import * as Y from 'yjs';
import { SCHEMA } from '../wire/kinds.ts';

/** The origin of everything this person does to the board; undo takes back nothing else. */
export const LOCAL = Object.freeze({ origin: 'local' });

/** The origin of what belongs to a deed but must survive its undo: making an element before showing it, repairs. */
export const SETUP = Object.freeze({ origin: 'setup' });

export type ElementMap = Y.Map<unknown>;

export type Roots = Readonly<{ meta: Y.Map<unknown>; els: Y.Map<ElementMap> }>;

/** The named roots of a board document; nothing else hangs from it. */
export function roots(doc: Y.Doc): Roots {
	return { meta: doc.getMap('meta'), els: doc.getMap('els') };
}

/** The element's map, or null when there is none or something else lies under that id. */
export function elementMap(doc: Y.Doc, id: string): ElementMap | null {
	const value: unknown = roots(doc).els.get(id);
	return value instanceof Y.Map ? value : null;
}

/** Marks a fresh document with the version of its shape. */
export function initDocument(doc: Y.Doc): void {
	doc.transact(() => roots(doc).meta.set('v', SCHEMA), SETUP);
}
