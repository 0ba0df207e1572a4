const FROM_MS = Date.UTC(2026, 0, 1);

/**
 * The number of the epoch after this one, begun at that time (ms): no less than the seconds since 2026. Counted by one alone,
 * a backup that is read back would begin an epoch that there was before, and two documents of one number are taken for one.
 */
export function nextEpoch(epoch: number, at: number): number {
	return Math.max(epoch + 1, Math.floor((at - FROM_MS) / 1_000));
}
