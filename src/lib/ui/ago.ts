const STEPS = [
	['year', 365 * 86_400_000],
	['month', 30 * 86_400_000],
	['day', 86_400_000],
	['hour', 3_600_000],
	['minute', 60_000]
] as const;

/** How long ago something was (or how long until it is) in the reader's words, coarse as people say it; under a minute is "now". */
export function ago(thenMs: number, nowMs: number, locale: string): string {
	const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
	for (const [unit, ms] of STEPS) {
		const n = Math.trunc((thenMs - nowMs) / ms);
		if (n !== 0) return words.format(n, unit);
	}
	return words.format(0, 'second');
}
