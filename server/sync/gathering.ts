import { CLOSE } from '#domain/wire/close-codes';
import { encodeControl, type Person } from '#domain/wire/control';
import type { LivePhase } from '#domain/wire/live';
import type { Log } from '#server/log';
import type { Authors } from './authors.ts';
import type { BusMessage, Present } from './bus-messages.ts';
import { framesOf } from './frames.ts';
import { Gestures } from './gestures.ts';
import type { Limits } from './limits.ts';
import { awarenessMessage, liveMessage, type AwarenessEntry } from './outbound.ts';
import type { Peer } from './peer.ts';
import { PresenceBroadcast } from './presence-broadcast.ts';
import { Presence } from './presence.ts';

type PresenceMessage = Extract<BusMessage, { is: 'presence' }>;

type Deps = Readonly<{
	doc: string;
	log: Log;
	limits: Limits;
	/** The sockets of this node. */
	peers: ReadonlySet<Peer>;
	/** The newest row that this node has seen. */
	seq: () => number;
	now: () => number;
	/** Whose clientIDs the log shows. */
	authors: Authors;
	/** Whether the document holds something that this clientID wrote; undefined while it is being read. */
	wrote: (client: number) => boolean | undefined;
	publish: (message: PresenceMessage | Extract<BusMessage, { is: 'live' }>) => void;
	node: string;
}>;

/**
 * The fleeting side of a room: who is here, where they point, what they are dragging. None of it waits for a commit. What
 * changed within a tick is told at once: first who people are, then where.
 */
export class Gathering {
	readonly #deps: Deps;
	readonly #presence: Presence;
	readonly #broadcast: PresenceBroadcast;
	readonly #gestures: Gestures;
	readonly #clients = new Map<Peer, number>();
	/** When each other node was last heard. */
	readonly #nodes = new Map<string, number>();
	/** Who came, or asked, since the last tick, and is told of everyone with the next. */
	readonly #newcomers = new Set<Peer>();
	/** Peers for whom awareness was left out while they read slowly. */
	readonly #owed = new Set<Peer>();
	/** What was last said by peers of whom it is being looked up whether it is theirs to say. */
	readonly #unsure = new Map<Peer, readonly AwarenessEntry[]>();
	/** What was last said, while the document is being read, by peers of whom that has to be looked up. */
	readonly #early = new Map<Peer, readonly AwarenessEntry[]>();
	#timer: NodeJS.Timeout | null = null;
	#lastTick = 0;

	constructor(deps: Deps) {
		this.#deps = deps;
		this.#presence = new Presence(deps.limits, deps.now);
		this.#broadcast = new PresenceBroadcast(this.#presence, deps);
		this.#gestures = new Gestures(deps.limits.gestures);
	}

	/** Tells a newcomer, or who asks, of everyone here: with the next tick, so that a crowd is told the same bytes. */
	welcome(peer: Peer): void {
		if (this.#presence.size === 0) return;
		this.#newcomers.add(peer);
		this.#schedule();
	}

	/** What a peer says of itself, and of others, which is dropped. */
	hear(peer: Peer, entries: readonly AwarenessEntry[]): void {
		const own = this.#clientOf(peer);
		const { authors, wrote } = this.#deps;
		const unsure =
			own === null ? entries.filter(({ client }) => !this.#presence.knows(client) && !authors.of(client)) : [];
		this.#early.delete(peer);
		// Without the document nobody knows from which row on to look.
		if (unsure.some(({ client }) => wrote(client) === undefined)) return void this.#early.set(peer, entries);
		if (unsure.some(({ client }) => wrote(client))) {
			this.#lookUp(peer, entries).catch((error: unknown) => this.#fault(peer, error));
			return;
		}
		this.#take(peer, own, entries);
	}

	/** An edge. The document has been read: what was said meanwhile is heard now. */
	hearEarly(): void {
		const early = [...this.#early];
		this.#early.clear();
		for (const [peer, entries] of early) {
			try {
				this.hear(peer, entries);
			} catch (error) {
				this.#fault(peer, error);
			}
		}
	}

	/** Asks the log who wrote with these clientIDs before: whoever speaks for them now must be the same person. */
	async #lookUp(peer: Peer, entries: readonly AwarenessEntry[]): Promise<void> {
		const waits = this.#unsure.has(peer);
		this.#unsure.set(peer, entries);
		if (waits) return;
		const known = await this.#deps.authors.read(this.#deps.seq());
		const latest = this.#unsure.get(peer) ?? [];
		// Gone meanwhile, or the log cannot be read now: the client says it again.
		if (this.#unsure.delete(peer) && known) this.#take(peer, this.#clientOf(peer), latest);
	}

	/** An edge: nobody else at this document, let alone the process, shall end by it. */
	#fault(peer: Peer, error: unknown): void {
		this.#unsure.delete(peer);
		this.#deps.log.error({ err: error, doc: this.#deps.doc }, 'who somebody is could not be looked up');
		peer.end(CLOSE.tryAgain);
	}

	#take(peer: Peer, own: number | null, entries: readonly AwarenessEntry[]): void {
		for (const { client } of entries) {
			const author = this.#presence.knows(client) ? undefined : this.#deps.authors.of(client);
			if (author) this.#presence.learn(author);
		}
		const client = this.#presence.hear(peer, own, peer.person, entries);
		if (client === null) this.#clients.delete(peer);
		else this.#clients.set(peer, client);
		if (client !== own) {
			const changed = client ?? own;
			if (changed !== null) this.#broadcastLive(this.#gestures.leave(changed));
		}
		this.#schedule();
	}

	/** A gesture step of a peer; goes to everyone else at once. */
	gesture(peer: Peer, gesture: number, phase: LivePhase, rest: Uint8Array): void {
		const client = this.#clientOf(peer);
		if (client === null) return;
		if (!this.#gestures.step(client, gesture, phase, performance.now())) return;
		// Who it is comes before what they do, here and at other nodes.
		if (this.#introduces) this.#tickNow();
		const message = liveMessage(client, rest);
		this.#broadcastLive([message], peer);
		this.#deps.publish({ is: 'live', node: this.#deps.node, client, gesture, phase, message });
	}

	/** The person behind a peer is known anew. */
	introduce(peer: Peer): void {
		this.#presence.introduce(peer, peer.person);
		this.#schedule();
	}

	leave(peer: Peer): void {
		this.#newcomers.delete(peer);
		this.#owed.delete(peer);
		this.#unsure.delete(peer);
		this.#early.delete(peer);
		this.withdraw(peer);
	}

	/** A peer is not shown any more, until it says something of itself again. */
	withdraw(peer: Peer): void {
		this.#clients.delete(peer);
		this.#left(this.#presence.leave(peer));
	}

	/** What another node says of who is there. */
	hearNode(message: PresenceMessage): void {
		this.#nodes.set(message.node, performance.now());
		const { left, disputed } = this.#presence.hearNode(message);
		this.#left(left);
		if (disputed.length > 0) this.#broadcast.tellOwners(disputed);
	}

	/** A gesture step that came by another node. Its own end of the line has counted it. */
	hearGesture(message: Extract<BusMessage, { is: 'live' }>): void {
		if (this.#presence.speaksForOther(message.node, message.client)) return;
		if (!this.#gestures.step(message.client, message.gesture, message.phase, performance.now())) return;
		if (this.#introduces) this.#tickNow();
		this.#broadcastLive([message.message]);
	}

	/** Tells other nodes of everyone here through this one, forgets nodes that fell silent, and ends gestures of nobody. */
	beat(): void {
		this.tellNodes();
		const now = performance.now();
		for (const [node, heardAt] of this.#nodes) {
			if (now - heardAt <= this.#deps.limits.nodeSilentMs) continue;
			this.#nodes.delete(node);
			this.#left(this.#presence.leave(node));
		}
		// Another node's word of who it is was lost, so nobody's leaving will end it.
		for (const client of this.#gestures.silentSince(now - this.#deps.limits.nodeSilentMs)) {
			if (!this.#presence.isHere(client)) this.#broadcastLive(this.#gestures.leave(client));
		}
	}

	/** Tells other nodes of everyone here through this one. `newcomer`: also whose the clientIDs are that nobody is here with. */
	tellNodes(newcomer = false): void {
		this.#broadcast.tellAll(newcomer);
	}

	close(): void {
		this.#tickNow();
		this.#broadcast.close();
	}

	/** The clientID a peer speaks for; null also when a newer socket has taken it over. */
	#clientOf(peer: Peer): number | null {
		const client = this.#clients.get(peer);
		return client !== undefined && this.#presence.speaksFor(peer, client) ? client : null;
	}

	#left(clients: readonly number[]): void {
		for (const client of clients) this.#broadcastLive(this.#gestures.leave(client));
		this.#schedule();
	}

	/** Whether somebody is to be told who somebody else is. */
	get #introduces(): boolean {
		return this.#presence.introduces || this.#newcomers.size > 0;
	}

	#schedule(): void {
		if (this.#timer || !(this.#presence.stale || this.#newcomers.size > 0)) return;
		const { crowd, crowdTickMs, awarenessTickMs } = this.#deps.limits;
		const tickMs = this.#presence.size > crowd ? crowdTickMs : awarenessTickMs;
		const waitMs = Math.max(0, this.#lastTick + tickMs - performance.now());
		this.#timer = setTimeout(() => this.#tick(), waitMs);
	}

	#tickNow(): void {
		if (!this.#timer) return;
		clearTimeout(this.#timer);
		this.#tick();
	}

	#tick(): void {
		this.#timer = null;
		this.#lastTick = performance.now();
		const { came, moved, gone } = this.#presence.news();
		const news = telling(came, gone, [...moved, ...gone]);
		let all: Telling | null = null;
		const whole = (): Telling => (all ??= telling(this.#presence.everyone(), [], this.#presence.everyone()));
		for (const peer of this.#deps.peers) {
			const isNew = this.#newcomers.delete(peer);
			const { people } = isNew ? whole() : news;
			// A peer that missed some gets it all, as soon as it keeps up again.
			const { awareness } = isNew || this.#owed.has(peer) ? whole() : news;
			if (people && peer.nabij) peer.write(people);
			if (!awareness) continue;
			if (peer.writeFleeting(awareness)) this.#owed.delete(peer);
			else this.#owed.add(peer);
		}
		this.#broadcast.tell(came, moved, gone);
	}

	#broadcastLive(messages: readonly Uint8Array[], except?: Peer): void {
		if (messages.length === 0) return;
		const frames = framesOf(messages);
		for (const peer of this.#deps.peers) if (peer.nabij && peer !== except) peer.write(frames);
	}
}

/** What one tick says, as frames; null where it says nothing. */
type Telling = Readonly<{ people: Uint8Array | null; awareness: Uint8Array | null }>;

function telling(
	came: readonly Present[],
	gone: readonly AwarenessEntry[],
	states: readonly AwarenessEntry[]
): Telling {
	return {
		people: came.length + gone.length > 0 ? framesOf([peopleControl(came, gone)]) : null,
		awareness: states.length > 0 ? framesOf([awarenessMessage(states)]) : null
	};
}

function peopleControl(came: readonly Present[], gone: readonly AwarenessEntry[]): Uint8Array {
	const here: Record<string, Person> = {};
	for (const { client, person } of came) if (person) here[client] = person;
	return encodeControl({ type: 'people', here, gone: gone.map(({ client }) => client) });
}
