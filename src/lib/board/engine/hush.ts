/**
 * Words were closed under the hands of whoever was typing in them. What is typed on is meant for those words, and must do
 * nothing else on the page, until something is pressed or gets the focus, or Tab or Escape says that one has looked up.
 */
export class Hush {
	#on = false;

	get on(): boolean {
		return this.#on;
	}

	begin(): void {
		this.#on = true;
	}

	end(): void {
		this.#on = false;
	}

	/** Whether this key was meant for the words. */
	takes(key: string): boolean {
		if (key === 'Tab' || key === 'Escape') this.#on = false;
		return this.#on;
	}
}
