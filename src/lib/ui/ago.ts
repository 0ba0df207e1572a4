const STEPS = [
	['year', 365 * 86_400_000],
	['month', 30 * 86_400_000],
	['day', 86_400_000],
	['hour', 3_600_000],
	['minute', 60_000]
] as const;

/**
 * How long ago something was (or how long until it is) in the reader's words, coarse as people say it; under a minute is
 * "now". What was is counted in whole units, what comes to the nearest: what has just been given fourteen days has fourteen.
 */
export function ago(thenMs: number, nowMs: number, locale: string): string {
	const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
	for (const [unit, ms] of STEPS) {
		const n = unitsUntil(thenMs - nowMs, ms);
		if (n !== 0) return words.format(n, unit);
	}
	return words.format(0, 'second');
}

function unitsUntil(differenceMs: number, unitMs: number): number {
	// A minute short of a whole unit is one: it was a whole one when it was given.
	const slackMs = unitMs > 60_000 ? 60_000 : 0;
	return differenceMs + slackMs < unitMs ? Math.trunc(differenceMs / unitMs) : Math.round(differenceMs / unitMs);
}
