/** What each person's answers to sync step 1 may cost: a share of the time, saved up to a bound. */
export class Allowances {
	readonly #share: number;
	readonly #burstMs: number;
	/** What each has spent and not yet earned again, as of `at`. */
	readonly #spent = new Map<string, { ms: number; at: number }>();

	constructor(share: number, burstMs: number) {
		this.#share = share;
		this.#burstMs = burstMs;
	}

	/** How long it takes until they may be answered again; 0: now. */
	waitMs(person: string, now: number): number {
		return Math.max(0, this.#owed(person, now) - this.#burstMs) / this.#share;
	}

	/**
	 * An answer cost so much. It may cost more than what was left: that only makes the wait for the next one longer, though
	 * never longer than it takes to earn the burst.
	 */
	spend(person: string, ms: number, now: number): void {
		this.#spent.set(person, { ms: this.#owed(person, now) + Math.min(ms, this.#burstMs), at: now });
	}

	/** Forgets those who have nothing to earn back, whether they are here or not. */
	sweep(now: number): void {
		for (const person of this.#spent.keys()) if (this.#owed(person, now) === 0) this.#spent.delete(person);
	}

	#owed(person: string, now: number): number {
		const spent = this.#spent.get(person);
		return spent ? Math.max(0, spent.ms - (now - spent.at) * this.#share) : 0;
	}
}
