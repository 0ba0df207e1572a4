import * as Y from 'yjs';
import { foundation } from '#domain/wire/log-order';
import { contradicts } from './contradiction.ts';

/**
 * Whether a document can take an update whole, told before it is applied: `early` when it builds on something the document
 * lacks (Yjs would keep it aside as pending, unseen and unsaved), `malformed` when it is no update, or says something else of
 * what the document knows already.
 *
 * It refuses nearly everything that would go wrong; what it lets through and Yjs then throws at is what costs a rebuild.
 */
export function examine(doc: Y.Doc, update: Uint8Array): 'fits' | 'early' | 'malformed' {
	let decoded: ReturnType<typeof Y.decodeUpdate>;
	try {
		decoded = Y.decodeUpdate(update);
	} catch {
		return 'malformed';
	}
	const verdict = foundation(decoded, (client) => Y.getState(doc.store, client));
	if (verdict !== 'fits') return verdict;
	return decoded.structs.some((struct) => contradicts(doc, struct)) ? 'malformed' : 'fits';
}

/**
 * How many bytes of an update that fits are new here, deletions not counted: a step 2 brings all that were ever made, and
 * what they delete makes room.
 */
export function growthOf(doc: Y.Doc, update: Uint8Array): number {
	const without = (known: Uint8Array): number => Y.diffUpdate(update, known).length;
	return without(Y.encodeStateVector(doc)) - without(Y.encodeStateVector(Y.parseUpdateMeta(update).to));
}
