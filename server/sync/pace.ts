/**
 * How fast a socket may speak: so many messages a second, counted by whole seconds. Above that it is to be read no
 * further until the second is over; above that for many seconds in a row it is to be ended.
 */
export class Pace {
	readonly #perSecond: number;
	readonly #seconds: number;
	#second = 0;
	#count = 0;
	#overInARow = 0;

	constructor(perSecond: number, seconds: number) {
		this.#perSecond = perSecond;
		this.#seconds = seconds;
	}

	/** Counts a message. `waitMs`: read on after so long. */
	step(nowMs: number): 'go' | 'end' | Readonly<{ waitMs: number }> {
		const second = Math.floor(nowMs / 1000);
		if (second !== this.#second) {
			const wasOver = this.#count > this.#perSecond && second === this.#second + 1;
			if (!wasOver) this.#overInARow = 0;
			this.#second = second;
			this.#count = 0;
		}
		this.#count++;
		if (this.#count <= this.#perSecond) return 'go';
		if (this.#count === this.#perSecond + 1) this.#overInARow++;
		if (this.#overInARow > this.#seconds) return 'end';
		return { waitMs: (second + 1) * 1000 - nowMs };
	}
}
