import { CLOSE, type TransientReason } from '#domain/wire/close-codes';
import { encodeControl } from '#domain/wire/control';
import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import type { Clock } from '#server/ports/clock';
import type { DocumentStore } from '#server/ports/document-store';
import type { Allowances } from './allowances.ts';
import { Audience, type Answering } from './audience.ts';
import { Authors } from './authors.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DocumentBudget } from './document-budget.ts';
import { framesOf } from './frames.ts';
import { Gathering } from './gathering.ts';
import { Intake } from './intake.ts';
import type { Limits } from './limits.ts';
import type { LoggedDocument } from './logged-document.ts';
import { stepOneMessage } from './outbound.ts';
import type { Peer, Received } from './peer.ts';
import { Reception } from './reception.ts';
import { RoomCommits } from './room-commits.ts';
import { RoomDocument } from './room-document.ts';
import { RoomLink } from './room-link.ts';

export type RoomDeps = Readonly<{
	store: DocumentStore;
	bus: Bus;
	clock: Clock;
	log: Log;
	limits: Limits;
	queue: CommitQueue;
	node: string;
	allowances: Allowances;
	budget: DocumentBudget;
	checkpoints: Checkpoints;
	/** The room cannot go on; whoever comes next gets a new one. */
	onEnd: (room: Room) => void;
}>;

/**
 * One document with everyone at it. Between commits its Y.Doc is what the log holds, or it is not in memory at all; during
 * one it is ahead, and then nobody is answered from it. So nothing reaches anyone that is not durable, and no newcomer
 * misses a frame.
 */
export class Room {
	readonly id: string;
	readonly peers = new Set<Peer>();
	readonly gathering: Gathering;
	readonly #deps: RoomDeps;
	readonly #document: RoomDocument;
	readonly #intake: Intake;
	readonly #commits: RoomCommits;
	readonly #audience: Audience;
	readonly #reception: Reception;
	readonly #link: RoomLink;
	/** Who is to be asked for what they have and we lack, as soon as the document is there. */
	readonly #toAsk = new Set<Peer>();
	#ended = false;
	emptySince = performance.now();

	constructor(id: string, deps: RoomDeps) {
		const { allowances, limits, log, store, node } = deps;
		this.id = id;
		this.#deps = deps;
		this.#intake = new Intake(limits.stepTwoBytes);
		this.#audience = new Audience(allowances, limits.answerTurnMs);
		const shared = { ...deps, doc: id, peers: this.peers, audience: this.#audience };
		const onStale = (): void => this.endEpoch();
		const fail = (error: unknown): void => this.fail(error);
		const deliver = (updates: readonly Uint8Array[]): void => {
			this.#audience.broadcast(updates);
			this.#commits.proceed();
		};
		this.#document = new RoomDocument({
			...shared,
			onRead: (document) => this.#begin(document),
			onStored: () => this.#reception.answer(),
			deliver,
			onStale,
			fail,
			storage: (state) => {
				if (!this.#commitsFail) this.#commits.storage(state);
			},
			inUse: () => !this.#commits.idle || this.#audience.awaited || this.#link.behind
		});
		this.#reception = new Reception({
			...shared,
			epoch: () => this.#document.epoch,
			source: () => this.#source(),
			fail
		});
		this.gathering = new Gathering({
			...shared,
			seq: () => this.#document.seq,
			now: () => deps.clock.now(),
			authors: new Authors(id, store, log, limits.authorRows),
			wrote: (client) => this.#document.knows(client),
			publish: (message) => this.#link.publish(message)
		});
		this.#link = new RoomLink({
			...shared,
			node,
			gathering: this.gathering,
			document: this.#document,
			deliver,
			onStale
		});
		this.#commits = new RoomCommits({
			...shared,
			document: this.#document,
			intake: this.#intake,
			reception: this.#reception,
			link: this.#link,
			onTorn: () => this.#reread(),
			onStale,
			onFault: fail
		});
	}

	/** Learns what the document is. Rejects, and ends the room, when that cannot be done. */
	async open(): Promise<void> {
		try {
			await this.#link.open();
			await this.#document.open();
			this.#link.opened();
			this.askNodes();
		} catch (error) {
			this.#end();
			throw error;
		}
	}

	/** The bus lost messages: rows may be missing, and who came or went meanwhile. */
	mindGap(): void {
		this.#link.mindGap();
		this.askNodes();
	}

	/** Asks the other nodes who is there, and tells them who is here. */
	askNodes(): void {
		this.#link.publish({ is: 'ask', node: this.#deps.node });
		this.beat();
	}

	join(peer: Peer): void {
		if (this.#ended) return peer.end(CLOSE.tryAgain, 'disk');
		this.peers.add(peer);
		if ((this.#commitsFail || this.#document.troubled) && peer.nabij) {
			peer.write(framesOf([encodeControl({ type: 'storage', state: 'disk' })]));
		}
		this.gathering.welcome(peer);
		this.ask(peer);
	}

	/** Asks a writer for what it has and we lack. Readers are not asked: the stock client would answer with its work. */
	ask(peer: Peer): void {
		if (!peer.mayEdit || !this.peers.has(peer)) return;
		this.#intake.expect(peer);
		const { vector } = this.#document;
		if (vector) peer.write(framesOf([stepOneMessage(vector)]));
		else this.#toAsk.add(peer);
	}

	leave(peer: Peer): void {
		if (!this.peers.delete(peer)) return;
		this.#toAsk.delete(peer);
		this.#audience.leave(peer);
		this.#intake.leave(peer);
		this.gathering.leave(peer);
		if (this.peers.size > 0) return;
		this.emptySince = performance.now();
		this.#document.here?.forgetAnswers();
		this.#document.keepCheckpoint(this.#deps.limits.checkpointRestRows);
	}

	/** A step 1. */
	stepOne(peer: Peer, stateVector: Uint8Array): void {
		this.#audience.wait(peer, stateVector);
		this.#reception.answerSoon();
	}

	/** A step 2 or an update of someone who may edit. */
	receive(message: Received): void {
		const { peer, stepTwo, update } = message;
		// Most who come bring nothing: the document need not come for that.
		if (stepTwo && this.#document.holds(update) && this.#intake.broughtNothing(peer))
			return peer.settled([message], null);
		this.#intake.receive(message);
		this.#document.need();
		this.#commits.offer();
	}

	/** Logs what went wrong, and ends: whoever is here comes back to a new room. */
	fail(error: unknown): void {
		this.#deps.log.error({ err: error, doc: this.id }, 'a room ended');
		this.#end();
	}

	/** Once a second: ends who has messages held and does not send what they build on. */
	pulse(now: number): void {
		for (const peer of this.#intake.overdue(now - this.#deps.limits.stepTwoMs)) peer.end(CLOSE.tryAgain, 'slow');
	}

	beat(): void {
		if (this.peers.size > 0) this.gathering.beat();
	}

	/** Takes nothing more in, until it is released; settles when no commit is under way. */
	hold(): Promise<void> {
		return this.#commits.hold();
	}

	release(): void {
		this.#commits.release();
	}

	/** The epoch is over: everybody comes back to the next one. */
	endEpoch(): void {
		this.#end('epoch');
	}

	/** The epoch that everybody here is of; null before the document was read. */
	get epoch(): number | null {
		return this.#document.epoch;
	}

	/** Messages that wait for a commit. */
	get waitingMessages(): number {
		return this.#intake.waiting;
	}

	/** Whether its Y.Doc is in memory. */
	get awake(): boolean {
		return this.#document.here !== null;
	}

	/** Whether nobody is here and nothing is under way, so that it can be let go. */
	get idle(): boolean {
		return this.peers.size === 0 && this.#commits.idle && (this.#document.here !== null || this.#document.asleep);
	}

	/** Whether it was let go, or could not go on: nobody may join it any more. */
	get ended(): boolean {
		return this.#ended;
	}

	/** Lets the document go. */
	close(): void {
		this.#ended = true;
		this.#commits.close();
		this.#reception.close();
		this.gathering.close();
		this.#link.close();
		this.#document.close();
	}

	get #commitsFail(): boolean {
		return this.#commits.underway && this.#deps.queue.troubled;
	}

	#end(why: TransientReason = 'disk'): void {
		if (this.#ended) return;
		for (const peer of [...this.peers]) peer.end(CLOSE.tryAgain, why);
		this.close();
		this.#deps.onEnd(this);
	}

	/** The document has been read: who waits for it goes on. */
	#begin(document: LoggedDocument): void {
		this.#link.catchUp(document);
		for (const peer of [...this.#toAsk]) {
			this.#toAsk.delete(peer);
			this.ask(peer);
		}
		this.#reception.answer();
		this.#commits.offer();
	}

	/** The Y.Doc holds what the log does not: it is built anew, and writers are asked for what they have beyond it. */
	#reread(): void {
		for (const peer of this.peers) this.#toAsk.add(peer);
		this.#document.reread();
	}

	/** During a commit the Y.Doc is ahead of what is durable, and a commit may take long: then the log has to do. */
	#source(): Answering | 'log' | null {
		if (this.#commits.underway) return this.#commitsFail ? 'log' : null;
		return this.#document.answering(this.#audience.asked);
	}
}
