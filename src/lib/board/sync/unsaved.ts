/**
 * Counts the changes of this browser that the server has not yet called durable. The server counts messages ("saved 7"), a
 * person counts changes; this ledger holds which message carries how many changes, over any number of sockets.
 */
export class Unsaved {
	/** Changes that no message of the present socket carries yet. */
	#waiting = 0;
	/** Messages of the present socket, in order, that are not dealt with. */
	#underway: { message: number; changes: number }[] = [];
	#sent = 0;

	/** Changes not yet durable. */
	get count(): number {
		return this.#underway.reduce((sum, { changes }) => sum + changes, this.#waiting);
	}

	/** Whether a message is on its way whose answer is still due. */
	get underway(): boolean {
		return this.#underway.length > 0;
	}

	/** Changes were made here. Call it before the message that carries them is sent. */
	changed(count = 1): void {
		this.#waiting += count;
	}

	/**
	 * Work left on the present socket. It carries all that was waiting; in several messages, nothing of it is durable before
	 * the last one is.
	 */
	sent(messages = 1): void {
		this.#sent += messages;
		this.#underway.push({ message: this.#sent, changes: this.#waiting });
		this.#waiting = 0;
	}

	/** The server has dealt with the first `count` messages of this socket. */
	saved(count: number): void {
		this.#underway = this.#underway.filter(({ message }) => message > count);
	}

	/** The socket is gone: what it had not acknowledged waits for the step 2 of the next one. */
	lost(): void {
		this.#waiting = this.count;
		this.#underway = [];
		this.#sent = 0;
	}
}
