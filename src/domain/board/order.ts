import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';

/** What decides which element is drawn over which. */
export type Ranked = Readonly<{ id: string; z: string }>;

/** Two people who add at once choose the same key in one of this many cases; the id then decides, for everyone alike. */
const CANDIDATES = 16;
/** Keys grow by nesting; above this length the whole order is written afresh. */
const LONGEST = 40;

/**
 * Drawing order: by key, then by id. Compared by code unit, as the alphabet of fractional keys needs; any string is in
 * order somewhere, so a key that another program invented never stops a board from being drawn.
 */
export function byOrder(a: Ranked, b: Ranked): number {
	if (a.z !== b.z) return a.z < b.z ? -1 : 1;
	return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Whether the key is one that new keys can be made beside. */
export function isOrderKey(z: string): boolean {
	if (z.length > LONGEST) return false;
	try {
		generateKeyBetween(z, null);
		return true;
	} catch {
		return false;
	}
}

/** The ends of an order, as far as its keys are well formed. */
export function ends(ranked: Iterable<Ranked>): Readonly<{ lowest: string | null; highest: string | null }> {
	let lowest: string | null = null;
	let highest: string | null = null;
	for (const { z } of ranked) {
		// Cheap comparison first: most keys are neither end, and only an end needs checking.
		const low = lowest === null || z < lowest;
		const high = highest === null || z > highest;
		if ((low || high) && isOrderKey(z)) {
			if (low) lowest = z;
			if (high) highest = z;
		}
	}
	return { lowest, highest };
}

/**
 * `count` keys in rising order between two well-formed keys (null: open end), each picked at random from its own stretch of
 * candidates, so that they stay short. `random` answers numbers from 0 to below 1.
 */
export function keysBetween(low: string | null, high: string | null, count: number, random = Math.random): string[] {
	const candidates = generateNKeysBetween(low, high, CANDIDATES * count);
	return Array.from({ length: count }, (_, i) => {
		const key = candidates[i * CANDIDATES + Math.floor(random() * CANDIDATES)];
		if (key === undefined) throw new RangeError('order: random must answer numbers from 0 to below 1');
		return key;
	});
}

/** Fresh keys for elements whose keys are malformed or too long to go on with, in the order they are drawn in now. */
export function freshOrder(ranked: readonly Ranked[]): ReadonlyMap<string, string> {
	const inOrder = [...ranked].sort(byOrder);
	const keys = generateNKeysBetween(null, null, inOrder.length);
	return new Map(inOrder.map((one, i) => [one.id, keys[i] ?? one.z]));
}
