/**
 * Which of a socket's sync messages are dealt with. Messages are numbered from 1 as they come; they may be settled out of
 * order (one waits for its step 2, another is refused at once), but "saved n" must mean all of the first n.
 */
export class SavedCount {
	#received = 0;
	#saved = 0;
	readonly #ahead = new Set<number>();

	/** Numbers a message that came in. */
	next(): number {
		return ++this.#received;
	}

	/** The message is durable or refused. Answers whether the count went up. */
	settle(n: number): boolean {
		this.#ahead.add(n);
		const before = this.#saved;
		while (this.#ahead.delete(this.#saved + 1)) this.#saved++;
		return this.#saved > before;
	}

	get saved(): number {
		return this.#saved;
	}
}
