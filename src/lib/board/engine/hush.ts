/**
 * Words were closed under the hands of whoever was typing in them. What is typed on is meant for those words, and must do
 * nothing else on the page, until something is pressed or gets the focus, or a key by which one finds one's way says that
 * one has looked up.
 */

/** By these one finds one's way: who presses them sees that the words are closed. */
const LOOKS_UP = /^(Tab|Escape|Home|End|Page(Up|Down)|Arrow(Up|Down|Left|Right)|F\d+)$/;

/** Whether a key writes or deletes where words are open. */
export function typesWords(key: string): boolean {
	return key.length === 1 || key === 'Enter' || key === 'Backspace' || key === 'Delete';
}

/** Whether what is typed is still meant for words that were closed. */
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
		if (LOOKS_UP.test(key)) this.#on = false;
		return this.#on;
	}
}
