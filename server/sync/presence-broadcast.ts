import type { BusMessage, Present } from './bus-messages.ts';
import type { Limits } from './limits.ts';
import type { AwarenessEntry } from './outbound.ts';
import type { Presence } from './presence.ts';

type PresenceMessage = Extract<BusMessage, { is: 'presence' }>;

type Deps = Readonly<{
	node: string;
	limits: Pick<Limits, 'nodeTickMs'>;
	/** The newest row that this node has seen. */
	seq: () => number;
	publish: (message: PresenceMessage) => void;
}>;

/**
 * Tells the other nodes who is at a document through this one: who came or left at once, who moved not as often as it is
 * told here, since each message costs every node.
 */
export class PresenceBroadcast {
	readonly #presence: Presence;
	readonly #deps: Deps;
	/** Who moved since the others were told. */
	readonly #untold = new Set<number>();
	#timer: NodeJS.Timeout | null = null;
	#lastTick = 0;

	constructor(presence: Presence, deps: Deps) {
		this.#presence = presence;
		this.#deps = deps;
	}

	/** What a tick told here. */
	tell(came: readonly Present[], moved: readonly Present[], gone: readonly AwarenessEntry[]): void {
		for (const { client } of [...moved, ...came]) if (this.#presence.isLocal(client)) this.#untold.add(client);
		const introduced = came.map(({ client }) => client).filter((client) => this.#untold.has(client));
		if (introduced.length + gone.length > 0) return this.#tick(introduced, gone);
		if (this.#untold.size === 0 || this.#timer) return;
		const waitMs = Math.max(0, this.#lastTick + this.#deps.limits.nodeTickMs - performance.now());
		this.#timer = setTimeout(() => this.#tick([], []), waitMs);
	}

	/** Everyone here through this node. `newcomer`: also whose the clientIDs are that nobody is here with. */
	tellAll(newcomer: boolean): void {
		const here = this.#presence.everyone().filter(({ client }) => this.#presence.isLocal(client));
		const owned = this.#presence.owned(newcomer ? undefined : here.map(({ client }) => client));
		this.#publish({ full: true, here, owned });
	}

	/** Whose these clientIDs are. */
	tellOwners(clients: readonly number[]): void {
		this.#publish({ owned: this.#presence.owned(clients) });
	}

	/** Nobody is here any more who could have moved. */
	close(): void {
		if (this.#timer) clearTimeout(this.#timer);
	}

	#tick(introduced: readonly number[], gone: readonly AwarenessEntry[]): void {
		this.close();
		this.#timer = null;
		this.#lastTick = performance.now();
		const here = this.#presence
			.those(this.#untold)
			.map((one) => (introduced.includes(one.client) ? one : { ...one, person: null }));
		this.#untold.clear();
		this.#publish({ here, gone: gone.map(({ client }) => client), owned: this.#presence.owned(introduced) });
	}

	#publish(said: Partial<Pick<PresenceMessage, 'full' | 'here' | 'gone' | 'owned'>>): void {
		const nothing = { full: false, here: [], gone: [], owned: [] };
		this.#deps.publish({ is: 'presence', node: this.#deps.node, seq: this.#deps.seq(), ...nothing, ...said });
	}
}
