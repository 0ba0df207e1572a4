/** Those who want to hear of one thing. */
export class Listeners<T> {
	readonly #all = new Set<(value: T) => void>();

	/** Answers a function that stops listening. */
	readonly hear = (listener: (value: T) => void): (() => void) => {
		this.#all.add(listener);
		return () => this.#all.delete(listener);
	};

	readonly tell = (value: T): void => {
		for (const listener of this.#all) listener(value);
	};
}
