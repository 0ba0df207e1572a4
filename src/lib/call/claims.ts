import { createSubscriber } from 'svelte/reactivity';
import type { CallAwareness } from './board-seams';

/**
 * Under which identity each other browser at the board says that it is in the call, by Yjs clientID; also for someone who
 * is not in the call. Cursors move through the same awareness many times a second: that changes nothing here.
 */
export class Claims {
	readonly #awareness: CallAwareness;
	readonly #subscribe: () => void;
	#known: ReadonlyMap<number, string> = new Map();

	constructor(awareness: CallAwareness) {
		this.#awareness = awareness;
		this.#subscribe = createSubscriber((update) => {
			const look = () => {
				const before = this.#known;
				if (this.#read() !== before) update();
			};
			awareness.on('change', look);
			return () => awareness.off('change', look);
		});
	}

	/** The same map until somebody joins, leaves or comes back under another identity. */
	get current(): ReadonlyMap<number, string> {
		this.#subscribe();
		return this.#read();
	}

	#read(): ReadonlyMap<number, string> {
		const said = new Map<number, string>();
		for (const [client, { call }] of this.#awareness.getStates()) {
			if (client !== this.#awareness.clientID && typeof call === 'string') said.set(client, call);
		}
		const same = said.size === this.#known.size && [...said].every(([client, one]) => this.#known.get(client) === one);
		if (!same) this.#known = said;
		return this.#known;
	}
}
