/** A moment of a board's past: its number, and when it was (ms since 1970 UTC). */
type Moment = Readonly<{ seq: number; at: number }>;

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** How long every change is kept as a moment of its own. */
export const ALL_KEPT_MS = 7 * DAY;

/** What is left of older ones: the last of each so many ms, once they are so old. */
const AFTER: readonly (readonly [ageMs: number, of: number])[] = [
	[365 * DAY, 7 * DAY],
	[30 * DAY, DAY],
	[ALL_KEPT_MS, HOUR]
];

/** The numbers of the moments that stay. Thinning again, with what stayed, changes nothing. The newest always stays. */
export function thinned(moments: readonly Moment[], now: number): ReadonlySet<number> {
	const kept = new Set<number>();
	const last = new Map<string, Moment>();
	let newest: Moment | null = null;
	for (const moment of moments) {
		if (!newest || moment.seq > newest.seq) newest = moment;
		const of = AFTER.find(([ageMs]) => now - moment.at >= ageMs)?.[1];
		if (of === undefined) {
			kept.add(moment.seq);
			continue;
		}
		const stretch = `${of} ${Math.floor(moment.at / of)}`;
		if ((last.get(stretch)?.seq ?? 0) < moment.seq) last.set(stretch, moment);
	}
	for (const { seq } of last.values()) kept.add(seq);
	if (newest) kept.add(newest.seq);
	return kept;
}
