import type { Control, Person } from '../../../domain/wire/control.ts';

/** Who stands behind each Yjs clientID, as the server says: awareness alone could claim to be anyone. */
export class People {
	readonly #here = new Map<number, Person>();
	readonly #listeners = new Set<() => void>();
	#snapshot: ReadonlyMap<number, Person> | null = null;

	of(client: number): Person | undefined {
		return this.#here.get(client);
	}

	/** Everyone here by clientID, one entry a tab; the same object until somebody comes or goes. */
	get here(): ReadonlyMap<number, Person> {
		return (this.#snapshot ??= new Map(this.#here));
	}

	/** Hears of each coming and going; answers a function that stops listening. */
	readonly onChange = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	take({ here, gone }: Extract<Control, { type: 'people' }>): void {
		for (const client of gone) this.#here.delete(client);
		for (const [client, person] of Object.entries(here)) this.#here.set(Number(client), person);
		this.#changed();
	}

	/** The socket is gone: nobody is known to be here until the next one says. */
	clear(): void {
		this.#here.clear();
		this.#changed();
	}

	#changed(): void {
		this.#snapshot = null;
		for (const listener of this.#listeners) listener();
	}
}
