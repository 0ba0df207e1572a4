import { CLOSE, type TransientReason } from '#domain/wire/close-codes';
import { encodeControl } from '#domain/wire/control';
import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import type { Clock } from '#server/ports/clock';
import { StaleEpoch, type AppendResult, type DocumentStore, type NewRow } from '#server/ports/document-store';
import type { Allowances } from './allowances.ts';
import { Audience } from './audience.ts';
import { Authors } from './authors.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { CommitQueue, Writing } from './commit-queue.ts';
import { framesOf } from './frames.ts';
import { Gathering } from './gathering.ts';
import { Intake, type Written } from './intake.ts';
import type { Limits } from './limits.ts';
import { LoggedDocument } from './logged-document.ts';
import { stepOneMessage } from './outbound.ts';
import type { Peer, Received } from './peer.ts';
import { Reception } from './reception.ts';
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
	checkpoints: Checkpoints;
	/** The room cannot go on; whoever comes next gets a new one. */
	onEnd: (room: Room) => void;
}>;

/**
 * One document with everyone at it. Between commits its Y.Doc is what the log holds. A tick lets waiting messages into the
 * Y.Doc and hands their rows to the commit queue; only when the commit has answered do peers see them, writers hear
 * `saved`, and newcomers get an answer, so nothing reaches anyone that is not durable, and no newcomer misses a frame.
 */
export class Room implements Writing {
	readonly id: string;
	readonly peers = new Set<Peer>();
	readonly gathering: Gathering;
	readonly #deps: RoomDeps;
	#document: LoggedDocument | null = null;
	readonly #intake: Intake;
	#underway: readonly Written[] | null = null;
	readonly #audience: Audience;
	readonly #reception: Reception;
	readonly #link: RoomLink;
	#epoch: number | null = null;
	#ended = false;
	/** While the document is being renewed nothing is taken; settles when no commit is under way any more. */
	#held: PromiseWithResolvers<void> | null = null;
	emptySince = performance.now();

	constructor(id: string, deps: RoomDeps) {
		this.id = id;
		this.#deps = deps;
		this.#intake = new Intake(deps.limits.stepTwoBytes);
		this.#audience = new Audience(deps.allowances, deps.limits.answerTurnMs);
		this.#reception = new Reception({
			doc: id,
			audience: this.#audience,
			store: deps.store,
			log: deps.log,
			epoch: () => this.#epoch,
			source: () => this.#source(),
			fail: (error) => this.fail(error)
		});
		this.gathering = new Gathering({
			doc: id,
			log: deps.log,
			limits: deps.limits,
			peers: this.peers,
			node: deps.node,
			seq: () => this.#document?.seq ?? 0,
			now: () => deps.clock.now(),
			authors: new Authors(id, deps.store, deps.log, deps.limits.authorRows),
			wrote: (client) => this.#document?.knows(client),
			publish: (message) => this.#link.publish(message)
		});
		this.#link = new RoomLink({
			doc: id,
			node: deps.node,
			bus: deps.bus,
			store: deps.store,
			log: deps.log,
			limits: deps.limits,
			gathering: this.gathering,
			document: () => this.#document,
			deliver: (updates) => this.#audience.broadcast(updates),
			onStale: () => this.endEpoch()
		});
	}

	/** Reads the document. Rejects, and ends the room, when that cannot be done. */
	async open(): Promise<void> {
		try {
			await this.#link.open();
			await this.#read();
			this.askNodes();
		} catch (error) {
			this.#end();
			throw error;
		}
	}

	/** The bus lost messages: rows may be missing, and who came or went meanwhile. */
	mindGap(): void {
		this.#link.watchHole(true);
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
		if (this.#underway && this.#deps.queue.troubled && peer.nabij) {
			peer.write(framesOf([encodeControl({ type: 'storage', state: 'disk' })]));
		}
		this.gathering.welcome(peer);
		this.ask(peer);
	}

	/** Asks a writer for what it has and we lack. Readers are not asked: the stock client would answer with its work. */
	ask(peer: Peer): void {
		if (!peer.mayEdit || !this.peers.has(peer)) return;
		this.#intake.expect(peer);
		// While the document is being read there is nothing to ask with; afterwards all are asked.
		if (this.#document) peer.write(framesOf([stepOneMessage(this.#document.stateVector())]));
	}

	leave(peer: Peer): void {
		if (!this.peers.delete(peer)) return;
		this.#audience.leave(peer);
		this.#intake.leave(peer);
		this.gathering.leave(peer);
		if (this.peers.size > 0) return;
		this.emptySince = performance.now();
		this.#document?.forgetAnswers();
		this.#keepCheckpoint(this.#deps.limits.checkpointRestRows);
	}

	/** A step 1. */
	stepOne(peer: Peer, stateVector: Uint8Array): void {
		this.#audience.wait(peer, stateVector);
		this.#reception.answerSoon();
	}

	/** A step 2 or an update of someone who may edit. */
	receive(message: Received): void {
		this.#intake.receive(message);
		if (this.waiting) this.#deps.queue.offer(this);
	}

	get waiting(): boolean {
		const ready = this.#document !== null && this.#underway === null && this.#held === null;
		return ready && !this.#intake.empty && !this.#ended;
	}

	take(bytes: number): readonly NewRow[] {
		const document = this.#document;
		if (!this.waiting || !document) return [];
		const written = this.#intake.take(document, bytes);
		if (!written) {
			this.#reread();
			return [];
		}
		this.#underway = written;
		const { id: doc, epoch } = { id: this.id, epoch: document.epoch };
		const at = this.#deps.clock.now();
		return written.flatMap(({ peer, update }) => (update ? [{ doc, epoch, author: peer.person.id, at, update }] : []));
	}

	settle(results: readonly AppendResult[]): void {
		const written = this.#underway ?? [];
		this.#underway = null;
		this.#held?.resolve();
		if (results.some((result) => 'error' in result && result.error instanceof StaleEpoch)) return this.endEpoch();
		const document = this.#document;
		if (!document) return;
		const committed: Uint8Array[] = [];
		const writers = new Set<Peer>();
		const saved: Written[] = [];
		let row = 0;
		let failed = false;
		for (const part of written) {
			if (part.update === null) {
				saved.push(part);
				continue;
			}
			const result = results[row++];
			if (!result || 'error' in result) {
				failed = true;
				this.#deps.log.error({ err: result?.error, doc: this.id }, 'a row could not be written');
				part.peer.end(CLOSE.tryAgain, 'disk');
				continue;
			}
			committed.push(part.update);
			writers.add(part.peer);
			saved.push(part);
			const { node } = this.#deps;
			this.#link.publish({ is: 'row', node, epoch: document.epoch, seq: result.seq, update: part.update });
			this.#audience.broadcast(document.arrived(result.seq, null));
		}
		// What a writer hears goes out as one: a write to a socket costs more than all that is in it.
		const frames = this.#audience.broadcast(committed, new Set(saved.map(({ peer }) => peer)));
		const [only] = writers;
		for (const { peer, messages } of saved) {
			const others = this.#audience.has(peer) && (peer !== only || writers.size > 1);
			peer.settled(messages, others ? frames : null);
		}
		this.#link.watchHole();
		if (failed) return this.#reread();
		this.#reception.answer();
		const { checkpointRestRows, checkpointBusyRows } = this.#deps.limits;
		this.#keepCheckpoint(this.peers.size === 0 ? checkpointRestRows : checkpointBusyRows);
	}

	storage(state: 'ok' | 'disk'): void {
		const frames = framesOf([encodeControl({ type: 'storage', state })]);
		for (const peer of this.peers) if (peer.nabij) peer.write(frames);
		// Newcomers cannot wait for a commit that may take long.
		if (state === 'disk') this.#reception.answer();
	}

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
	async hold(): Promise<void> {
		this.#held ??= Promise.withResolvers();
		if (this.#underway === null) this.#held.resolve();
		await this.#held.promise;
	}

	release(): void {
		this.#held = null;
		if (this.waiting) this.#deps.queue.offer(this);
	}

	/** The epoch is over: everybody comes back to the next one. */
	endEpoch(): void {
		this.#end('epoch');
	}

	/** The epoch that everybody here is of; null before the document was read. */
	get epoch(): number | null {
		return this.#epoch;
	}

	/** Whether nobody is here and nothing is under way, so that it can be let go. */
	get idle(): boolean {
		return (
			this.#held === null &&
			this.peers.size === 0 &&
			this.#intake.empty &&
			this.#underway === null &&
			this.#document !== null
		);
	}

	/** Whether it was let go, or could not go on: nobody may join it any more. */
	get ended(): boolean {
		return this.#ended;
	}

	/** Lets the document go. */
	close(): void {
		this.#ended = true;
		this.#reception.close();
		this.gathering.close();
		this.#link.close();
		this.#document?.destroy();
	}

	#end(why: TransientReason = 'disk'): void {
		if (this.#ended) return;
		for (const peer of [...this.peers]) peer.end(CLOSE.tryAgain, why);
		this.close();
		this.#deps.onEnd(this);
	}

	async #read(): Promise<void> {
		const loaded = await this.#deps.store.load(this.id);
		if (this.#epoch !== null && loaded.epoch !== this.#epoch) return this.endEpoch();
		this.#epoch = loaded.epoch;
		this.#document = new LoggedDocument(loaded, this.#deps.limits);
		this.#link.catchUp(this.#document);
		this.#keepCheckpoint(this.#deps.limits.checkpointBusyRows);
		for (const peer of this.peers) this.ask(peer);
		this.#reception.answer();
		if (this.waiting) this.#deps.queue.offer(this);
	}

	/** The Y.Doc holds what the log does not: it is built anew, and writers are asked for what they have beyond it. */
	#reread(): void {
		const seq = this.#document?.seq ?? 0;
		this.#document?.destroy();
		this.#document = null;
		const reread = async (): Promise<void> => {
			await this.#read();
			// Rows of other nodes may have come with the log instead of the bus: peers have not seen them.
			if ((this.#document?.seq ?? 0) > seq) {
				const rows = await this.#deps.store.since(this.id, seq);
				this.#audience.broadcast(rows.map(({ update }) => update));
			}
		};
		reread().catch((error: unknown) => this.fail(error));
	}

	/** During a commit the Y.Doc is ahead of what is durable, and a commit may take long: then the log has to do. */
	#source(): LoggedDocument | 'log' | null {
		if (!this.#underway) return this.#document;
		return this.#deps.queue.troubled ? 'log' : null;
	}

	#keepCheckpoint(rows: number): void {
		if (this.#document?.isDue(rows)) void this.#deps.checkpoints.keep(this.id);
	}
}
