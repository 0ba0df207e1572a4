import type { Person } from '#domain/wire/control';
import type { Present } from './bus-messages.ts';
import type { AwarenessEntry } from './outbound.ts';
import { Owners, type Owned } from './owners.ts';

/** Through whom a clientID is here: a socket of this node, or another node by its name. */
export type Via = object | string;

/** What became of presence since it was last told: who is to be introduced, whose state moved, who left. */
export type PresenceNews = Readonly<{
	came: readonly Present[];
	moved: readonly Present[];
	gone: readonly AwarenessEntry[];
}>;

/** What another node says of who is there. */
type Told = Readonly<{
	node: string;
	full: boolean;
	here: readonly Present[];
	gone: readonly number[];
	owned: readonly Owned[];
}>;

type Bounds = Readonly<{
	/** Bytes of one state. */
	stateBytes: number;
	/** ClientIDs that are kept for someone who is not here through them. */
	keptPerPerson: number;
	kept: number;
}>;

type Claim = { via: Via; person: Person; clock: number; state: string };

/**
 * Who is at one document and what they say of themselves. A clientID belongs to the person who first spoke for it, also
 * when they are gone, and is spoken for by one socket; a socket has one. What is said for anyone else's is dropped, since
 * the stock client echoes all that it hears. A person's new socket takes over their own clientID from the old one, which
 * may be dead without knowing.
 */
export class Presence {
	readonly #stateBytes: number;
	readonly #owners: Owners;
	readonly #claims = new Map<number, Claim>();
	readonly #came = new Set<number>();
	readonly #moved = new Set<number>();
	readonly #gone = new Map<number, AwarenessEntry>();

	constructor({ stateBytes, keptPerPerson, kept }: Bounds, now: () => number) {
		this.#stateBytes = stateBytes;
		const isHere = (client: number): boolean => this.isHere(client);
		this.#owners = new Owners({ perPerson: keptPerPerson, inAll: kept, isHere, now });
	}

	/** How many are here. */
	get size(): number {
		return this.#claims.size;
	}

	/** Whether somebody is here with this clientID. */
	isHere(client: number): boolean {
		return this.#claims.has(client);
	}

	/** Whether this socket is the one that speaks for the clientID. */
	speaksFor(via: Via, client: number): boolean {
		return this.#claims.get(client)?.via === via;
	}

	/** Whether the clientID is here, and not through this. */
	speaksForOther(via: Via, client: number): boolean {
		return this.isHere(client) && !this.speaksFor(via, client);
	}

	/** A socket's awareness message. `own`: the clientID it speaks for. Answers that clientID as it is now. */
	hear(via: object, own: number | null, person: Person, entries: readonly AwarenessEntry[]): number | null {
		let client = own;
		for (const entry of entries) {
			if (Buffer.byteLength(entry.state) > this.#stateBytes) continue;
			const claim = this.#claims.get(entry.client);
			if (claim?.via === via) {
				if (entry.state === 'null') {
					this.#remove(entry.client, entry.clock);
					client = null;
				} else if (entry.clock > claim.clock) {
					this.#set(entry, via, person);
				}
				continue;
			}
			if (client !== null || entry.state === 'null') continue;
			// Beside others, a clientID that somebody speaks for is an echo and no taking over.
			if (claim && entries.length > 1) continue;
			if (!this.#owners.take(entry.client, person.id)) continue;
			this.#set(entry, via, person);
			client = entry.client;
		}
		return client;
	}

	/** Whether it is known whose the clientID is. */
	knows(client: number): boolean {
		return this.#owners.of(client) !== undefined;
	}

	/** Whose a clientID is, as it was found elsewhere. */
	learn(owned: Owned): void {
		this.#owners.learn(owned);
	}

	/**
	 * What another node says. `full`: whoever it does not name is not here through it any more. Answers whose way of being
	 * here ended or is another now, and of which clientIDs that node does not know whose they are.
	 */
	hearNode({
		node,
		full,
		here,
		gone,
		owned
	}: Told): Readonly<{ left: readonly number[]; disputed: readonly number[] }> {
		const before = new Map([...this.#claims].map(([client, { via }]) => [client, via]));
		const disputed = new Set<number>();
		for (const one of owned) {
			if (!this.#owners.learn(one)) disputed.add(one.client);
			const claim = this.#claims.get(one.client);
			if (claim && claim.person.id !== this.#owners.of(one.client)) this.#remove(one.client);
		}
		const named = new Set<number>();
		for (const entry of here) {
			const claim = this.#claims.get(entry.client);
			const person = entry.person ?? claim?.person;
			if (!person) continue;
			if (!this.#owners.take(entry.client, person.id)) {
				disputed.add(entry.client);
				continue;
			}
			named.add(entry.client);
			const same = claim?.clock === entry.clock && claim.state === entry.state;
			if (claim?.via === node ? !same : !claim || entry.clock > claim.clock) this.#set(entry, node, person);
		}
		for (const client of gone) if (this.speaksFor(node, client)) this.#remove(client);
		if (full) {
			for (const [client, claim] of this.#claims) {
				if (claim.via === node && !named.has(client)) this.#remove(client);
			}
		}
		const left = [...before].filter(([client, via]) => !this.speaksFor(via, client)).map(([client]) => client);
		return { left, disputed: [...disputed] };
	}

	/** Whose these clientIDs are, or all that are known, also of people who are not here. */
	owned(clients?: Iterable<number>): readonly Owned[] {
		return this.#owners.told(clients);
	}

	/** The socket or node is gone, and who was here through it. Answers their clientIDs. */
	leave(via: Via): readonly number[] {
		const left = [...this.#claims].filter(([, claim]) => claim.via === via).map(([client]) => client);
		for (const client of left) this.#remove(client);
		return left;
	}

	/** The person behind a socket is known anew: another name or role. */
	introduce(via: object, person: Person): void {
		for (const [client, claim] of this.#claims) {
			if (claim.via !== via) continue;
			claim.person = person;
			this.#came.add(client);
		}
	}

	/** Whether there is something to tell. */
	get stale(): boolean {
		return this.#came.size + this.#moved.size + this.#gone.size > 0;
	}

	/** Whether somebody is to be introduced. */
	get introduces(): boolean {
		return this.#came.size > 0;
	}

	/** What is to be told, once. */
	news(): PresenceNews {
		const came = this.#entries(this.#came);
		const moved = this.#entries(this.#moved);
		const gone = [...this.#gone.values()];
		this.#came.clear();
		this.#moved.clear();
		this.#gone.clear();
		return { came, moved, gone };
	}

	/** Everyone here. */
	everyone(): readonly Present[] {
		return this.#entries(this.#claims.keys());
	}

	/** Those of these who are here. */
	those(clients: Iterable<number>): readonly Present[] {
		return this.#entries(clients);
	}

	/** Whether the clientID is here through a socket of this node. */
	isLocal(client: number): boolean {
		const via = this.#claims.get(client)?.via;
		return via !== undefined && typeof via !== 'string';
	}

	#entries(clients: Iterable<number>): readonly Present[] {
		const entries: Present[] = [];
		for (const client of clients) {
			const claim = this.#claims.get(client);
			if (claim) entries.push({ client, clock: claim.clock, state: claim.state, person: claim.person });
		}
		return entries;
	}

	#set({ client, clock, state }: AwarenessEntry, via: Via, person: Person): void {
		const before = this.#claims.get(client);
		this.#claims.set(client, { via, person, clock, state });
		this.#moved.add(client);
		this.#gone.delete(client);
		if (before?.person.id !== person.id || before.person.role !== person.role || before.via !== via) {
			this.#came.add(client);
		}
	}

	#remove(client: number, clock = 0): void {
		const claim = this.#claims.get(client);
		if (!claim) return;
		this.#claims.delete(client);
		this.#came.delete(client);
		this.#moved.delete(client);
		// The clock it had: a removal counts at an equal clock, and a client that comes back with the next one is seen.
		this.#gone.set(client, { client, clock: Math.max(clock, claim.clock), state: 'null' });
	}
}
