/** Changes that wait or travel together: the things they touch, and so many more of an earlier visit, of unknown things. */
type Load = Readonly<{ things: ReadonlySet<string>; more: number }>;

const NOTHING: Load = { things: new Set(), more: 0 };

const together = (loads: readonly Load[]): Load => ({
	things: new Set(loads.flatMap(({ things }) => [...things])),
	more: loads.reduce((sum, { more }) => sum + more, 0)
});

/**
 * Counts the changes of this browser that the server has not yet called durable. The server counts messages ("saved 7"), a
 * person counts things on the board: a note with thirty new letters is one change. This ledger holds which message carries
 * what, over any number of sockets.
 */
export class Unsaved {
	/** Changes that no message of the present socket carries yet. */
	#waiting = NOTHING;
	/** Messages of the present socket, in order, that are not dealt with. */
	#underway: Readonly<{ message: number; load: Load }>[] = [];
	#sent = 0;

	/** Changes not yet durable. */
	get count(): number {
		const { things, more } = this.#all();
		return things.size + more;
	}

	/** Whether a message is on its way whose answer is still due. */
	get underway(): boolean {
		return this.#underway.length > 0;
	}

	/** These were changed here. Call it before the message that carries it is sent. */
	changed(things: Iterable<string>): void {
		this.#waiting = together([this.#waiting, { things: new Set(things), more: 0 }]);
	}

	/** So many changes of an earlier visit are only here. */
	inherited(count: number): void {
		this.#waiting = together([this.#waiting, { things: new Set(), more: count }]);
	}

	/**
	 * Work left on the present socket. It carries all that was waiting; in several messages, nothing of it is durable before
	 * the last one is.
	 */
	sent(messages = 1): void {
		this.#sent += messages;
		this.#underway.push({ message: this.#sent, load: this.#waiting });
		this.#waiting = NOTHING;
	}

	/** The server has dealt with the first `count` messages of this socket. */
	saved(count: number): void {
		this.#underway = this.#underway.filter(({ message }) => message > count);
	}

	/** The socket is gone: what it had not acknowledged waits for the step 2 of the next one. */
	lost(): void {
		this.#waiting = this.#all();
		this.#underway = [];
		this.#sent = 0;
	}

	#all(): Load {
		return together([this.#waiting, ...this.#underway.map(({ load }) => load)]);
	}
}
