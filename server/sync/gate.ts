import * as Y from 'yjs';
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
	const ends = new Map<number, number>();
	/** The first clock of this client that nobody knows, the update counted in. */
	const known = (client: number): number => Math.max(Y.getState(doc.store, client), ends.get(client) ?? 0);
	for (const { id, length } of decoded.structs) {
		const end = id.clock + length;
		if (!Number.isSafeInteger(end)) return 'malformed';
		if (id.clock > known(id.client)) return 'early';
		ends.set(id.client, Math.max(end, ends.get(id.client) ?? 0));
	}
	for (const struct of decoded.structs) {
		if (struct instanceof Y.Skip) return 'early';
		if (contradicts(doc, struct)) return 'malformed';
		if (!(struct instanceof Y.Item)) continue;
		for (const reference of [struct.origin, struct.rightOrigin, struct.parent]) {
			if (!(reference instanceof Y.ID)) continue;
			// An item that builds on itself or on its own future: no client writes that, and Yjs throws at it half-way.
			if (reference.client === struct.id.client && reference.clock >= struct.id.clock) return 'malformed';
			if (reference.clock >= known(reference.client)) return 'early';
		}
	}
	for (const [client, ranges] of decoded.ds.clients) {
		for (const { clock, len } of ranges) {
			if (clock + len > known(client)) return 'early';
		}
	}
	return 'fits';
}

/**
 * How many bytes of an update that fits are new here, deletions not counted: a step 2 brings all that were ever made, and
 * what they delete makes room.
 */
export function growthOf(doc: Y.Doc, update: Uint8Array): number {
	const without = (known: Uint8Array): number => Y.diffUpdate(update, known).length;
	return without(Y.encodeStateVector(doc)) - without(Y.encodeStateVector(Y.parseUpdateMeta(update).to));
}
