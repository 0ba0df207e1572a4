import * as Y from 'yjs';
import { freshDocument } from '../../../domain/board/fresh.ts';
import { isDeleted } from '../../../domain/board/purge.ts';

/** What can be seen of a copy, or of these things of it, as the update of a document without a past; null when nothing can. */
export function livingOf(copy: Uint8Array, things: readonly string[] | null = null): Uint8Array | null {
	const wanted = things && new Set(things);
	const old = new Y.Doc();
	Y.applyUpdate(old, copy);
	const fresh = freshDocument(
		old,
		(id, map) => map !== null && !isDeleted(id, map) && (wanted === null || wanted.has(id))
	);
	const living = fresh.getMap('els').size > 0 ? Y.encodeStateAsUpdate(fresh) : null;
	old.destroy();
	fresh.destroy();
	return living;
}
