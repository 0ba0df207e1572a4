import * as Y from 'yjs';

/** The first clock of a client that nobody has said anything of. */
export type Known = (client: number) => number;

/** An update that says nothing. */
export const NOTHING = Uint8Array.of(0, 0);

/**
 * Whether an update builds on nothing but itself and what is known: `early` when Yjs would keep it aside until the rest has
 * come, `malformed` when it never can be taken whole.
 */
export function foundation(
	{ structs, ds }: ReturnType<typeof Y.decodeUpdate>,
	known: Known
): 'fits' | 'early' | 'malformed' {
	const ends = new Map<number, number>();
	/** The update counted in. */
	const reached = (client: number): number => Math.max(known(client), ends.get(client) ?? 0);
	for (const { id, length } of structs) {
		const end = id.clock + length;
		if (!Number.isSafeInteger(end)) return 'malformed';
		if (id.clock > reached(id.client)) return 'early';
		ends.set(id.client, Math.max(end, ends.get(id.client) ?? 0));
	}
	for (const struct of structs) {
		if (struct instanceof Y.Skip) return 'early';
		if (!(struct instanceof Y.Item)) continue;
		for (const reference of [struct.origin, struct.rightOrigin, struct.parent]) {
			if (!(reference instanceof Y.ID)) continue;
			// An item that builds on itself or on its own future: no client writes that, and Yjs throws at it half-way.
			if (reference.client === struct.id.client && reference.clock >= struct.id.clock) return 'malformed';
			if (reference.clock >= reached(reference.client)) return 'early';
		}
	}
	for (const [client, ranges] of ds.clients) {
		for (const { clock, len } of ranges) if (clock + len > reached(client)) return 'early';
	}
	return 'fits';
}

/**
 * Whether a row of the log counts beside the rows before it, which is the same for everybody who reads the log. Nodes judge
 * what they write before they know what others write at that moment, so a row may speak of clocks that a row before it speaks
 * of: the first one counts, and the later one does not, whatever it says. Its own node notices, and writes again what was
 * new in it. Nor does a row count that builds on what is not there.
 */
export function counts(row: Uint8Array, known: Known): boolean {
	const decoded = Y.decodeUpdate(row);
	// The first of each client has to begin where all before it ends, and so has each after it: what lies above is early.
	return decoded.structs.every(({ id }) => id.clock >= known(id.client)) && foundation(decoded, known) === 'fits';
}

/**
 * Takes a row of the log into the document of the rows before it, if it counts there. The first may be a whole state, and is
 * taken for one: all of it but what builds on what is not there.
 */
export function takeRow(doc: Y.Doc, row: Uint8Array): boolean {
	const { store } = doc;
	if (store.clients.size > 0 && !counts(row, (client) => Y.getState(store, client))) return false;
	Y.applyUpdate(doc, row);
	// What Yjs kept aside would be taken for a flaw of whatever is written later.
	store.pendingStructs = store.pendingDs = null;
	return true;
}

/** The rows of a log, with nothing in the place of those that do not count, and the state vector of all that do. */
export function inLogOrder(log: readonly Uint8Array[]): Readonly<{ rows: Uint8Array[]; vector: Uint8Array }> {
	let ends: Map<number, number> | null = null;
	const rows = log.map((row) => {
		// As in `takeRow`; the first may lack something.
		if (!ends?.size) ends = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(row));
		else if (!counts(row, (client) => ends?.get(client) ?? 0)) return NOTHING;
		else for (const [client, end] of Y.parseUpdateMeta(row).to) ends.set(client, end);
		return row;
	});
	return { rows, vector: Y.encodeStateVector(ends ?? new Map()) };
}
