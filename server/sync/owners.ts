/** Whose a clientID is. `since`: when a node first heard of it, in ms since 1970 by that node's clock. */
export type Owned = Readonly<{ client: number; person: string; since: number }>;

type Ownership = Readonly<{ person: string; since: number }>;

type Bounds = Readonly<{
	/** How many clientIDs are kept for one person, and for all together, beside those that are here. */
	perPerson: number;
	inAll: number;
	isHere: (client: number) => boolean;
	now: () => number;
}>;

/**
 * Whose each clientID of one document is. It belongs to the person who was heard with it first and stays theirs when they
 * drop, or whoever takes it next would be taken for them. Nodes tell each other; where two differ, the earlier one holds,
 * so that all come to the same answer.
 */
export class Owners {
	readonly #bounds: Bounds;
	readonly #owned = new Map<number, Ownership>();
	/** The same by person, the oldest first. */
	readonly #kept = new Map<string, Set<number>>();

	constructor(bounds: Bounds) {
		this.#bounds = bounds;
	}

	of(client: number): string | undefined {
		return this.#owned.get(client)?.person;
	}

	/** Whether the clientID is this person's; nobody's becomes theirs. */
	take(client: number, person: string): boolean {
		if (!this.#owned.has(client)) this.#give(client, { person, since: this.#bounds.now() });
		return this.of(client) === person;
	}

	/** What another node says. False when it is known better here. */
	learn({ client, person, since }: Owned): boolean {
		const known = this.#owned.get(client);
		const earlier = !known || since < known.since || (since === known.since && person < known.person);
		if (earlier) this.#give(client, { person, since });
		return earlier || person === known.person;
	}

	/** What is known of these clientIDs, or of all. */
	told(clients: Iterable<number> = this.#owned.keys()): readonly Owned[] {
		const told: Owned[] = [];
		for (const client of clients) {
			const ownership = this.#owned.get(client);
			if (ownership) told.push({ client, ...ownership });
		}
		return told;
	}

	#give(client: number, ownership: Ownership): void {
		const before = this.#owned.get(client);
		if (before && before.person !== ownership.person) this.#forget(client, before.person);
		this.#owned.set(client, ownership);
		const kept = this.#kept.get(ownership.person) ?? new Set();
		this.#kept.set(ownership.person, kept.add(client));
		if (kept.size > this.#bounds.perPerson) this.#trim(ownership.person, client);
		if (this.#owned.size <= this.#bounds.inAll) return;
		// Who made the most of them gives one up: nobody can push out what others hold.
		const [most] = [...this.#kept].reduce((one, other) => (other[1].size > one[1].size ? other : one));
		this.#trim(most, client);
	}

	/** Forgets the oldest of this person that is not here. */
	#trim(person: string, except: number): void {
		for (const client of this.#kept.get(person) ?? []) {
			if (client === except || this.#bounds.isHere(client)) continue;
			return this.#forget(client, person);
		}
	}

	#forget(client: number, person: string): void {
		this.#owned.delete(client);
		const kept = this.#kept.get(person);
		kept?.delete(client);
		if (kept?.size === 0) this.#kept.delete(person);
	}
}
