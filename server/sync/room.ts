import * as Y from 'yjs';
import { CLOSE } from '#domain/wire/close-codes';
import { encodeControl } from '#domain/wire/control';
import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import type { Clock } from '#server/ports/clock';
import type { AppendResult, DocumentStore, NewRow } from '#server/ports/document-store';
import { Audience } from './audience.ts';
import type { CommitQueue, Writing } from './commit-queue.ts';
import { framesOf } from './frames.ts';
import { Gathering } from './gathering.ts';
import type { Limits } from './limits.ts';
import { LoggedDocument, type Verdict } from './logged-document.ts';
import { stepOneMessage } from './outbound.ts';
import type { Peer, Received } from './peer.ts';
import { RoomLink } from './room-link.ts';

export type RoomDeps = Readonly<{
	store: DocumentStore;
	bus: Bus;
	clock: Clock;
	log: Log;
	limits: Limits;
	queue: CommitQueue;
	node: string;
	/** The room cannot go on; whoever comes next gets a new one. */
	onEnd: (room: Room) => void;
}>;

/** One sender's part of the commit under way. `update` null: it brought nothing new. */
type Written = Readonly<{ peer: Peer; update: Uint8Array | null; messages: readonly Received[] }>;

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
	#inbox: Received[] = [];
	#underway: readonly Written[] | null = null;
	readonly #audience = new Audience();
	#answering = false;
	/** Writers asked for what they have and we lack, whose step 2 is still due; with the messages that build on it. */
	readonly #asked = new Map<Peer, Received[]>();
	readonly #link: RoomLink;
	#ended = false;
	emptySince = performance.now();

	constructor(id: string, deps: RoomDeps) {
		this.id = id;
		this.#deps = deps;
		this.gathering = new Gathering({
			limits: deps.limits,
			peers: this.peers,
			node: deps.node,
			seq: () => this.#document?.seq ?? 0,
			publish: (message) => this.#link.publish(message)
		});
		this.#link = new RoomLink({
			doc: id,
			node: deps.node,
			bus: deps.bus,
			store: deps.store,
			log: deps.log,
			holeMs: deps.limits.holeMs,
			gathering: this.gathering,
			document: () => this.#document,
			deliver: (updates) => this.#audience.broadcast(updates),
			peopled: () => this.peers.size > 0
		});
	}

	/** Reads the document. Rejects, and ends the room, when that cannot be done. */
	async open(): Promise<void> {
		try {
			await this.#link.open();
			await this.#read();
			this.#link.publish({ is: 'ask', node: this.#deps.node });
		} catch (error) {
			this.#end();
			throw error;
		}
	}

	join(peer: Peer): void {
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
		if (!this.#asked.has(peer)) this.#asked.set(peer, []);
		// While the document is being read there is nothing to ask with; afterwards all are asked.
		if (this.#document) peer.write(framesOf([stepOneMessage(this.#document.stateVector())]));
	}

	leave(peer: Peer): void {
		if (!this.peers.delete(peer)) return;
		this.#audience.leave(peer);
		this.#asked.delete(peer);
		this.gathering.leave(peer);
		if (this.peers.size > 0) return;
		this.emptySince = performance.now();
		this.#document?.forgetAnswers();
		this.#keepCheckpoint(this.#deps.limits.checkpointRestRows);
	}

	/** A step 1. Throws when the state vector is none. */
	stepOne(peer: Peer, stateVector: Uint8Array): void {
		Y.decodeStateVector(stateVector);
		this.#audience.wait(peer, stateVector);
		this.#answerJoins();
	}

	/** A step 2 or an update of someone who may edit. */
	receive(message: Received): void {
		this.#inbox.push(message);
		if (this.waiting) this.#deps.queue.offer(this);
	}

	get waiting(): boolean {
		return this.#inbox.length > 0 && this.#document !== null && this.#underway === null && !this.#ended;
	}

	take(bytes: number): readonly NewRow[] {
		const document = this.#document;
		if (!this.waiting || !document) return [];
		const bySender = new Map<Peer, Received[]>();
		let count = 0;
		for (let size = 0; count < this.#inbox.length && (count === 0 || size < bytes); count++) {
			const message = this.#inbox[count];
			if (!message) break;
			size += message.update.length;
			const own = bySender.get(message.peer);
			if (own) own.push(message);
			else bySender.set(message.peer, [message]);
		}
		const turn = this.#inbox.splice(0, count);
		const judged = new Set<Received>();
		const written: Written[] = [];
		for (const [peer, messages] of bySender) {
			const accepted: Received[] = [];
			const update = document.write((apply) => {
				for (const message of messages) {
					if (document.torn) return;
					this.#judge(message, apply, accepted, judged);
				}
			});
			written.push({ peer, update, messages: accepted });
			if (document.torn) break;
		}
		if (document.torn) {
			// What was taken along with it is whole: it waits for the document that the log gives back.
			this.#inbox.unshift(...written.flatMap(({ messages }) => messages), ...turn.filter((one) => !judged.has(one)));
			this.#reread();
			return [];
		}
		this.#underway = written;
		const at = this.#deps.clock.now();
		return written.flatMap(({ peer, update }) =>
			update ? [{ doc: this.id, author: peer.person.id, at, update }] : []
		);
	}

	#judge(message: Received, apply: (update: Uint8Array) => Verdict, accepted: Received[], judged: Set<Received>): void {
		const { peer, stepTwo, update } = message;
		judged.add(message);
		if (message.refused) {
			accepted.push(message);
			return;
		}
		const held = this.#asked.get(peer);
		switch (apply(update)) {
			case 'fits':
				accepted.push(message);
				break;
			case 'early':
				// Someone who worked offline goes on typing before our question has reached them: their step 2 will close the gap.
				if (held && !stepTwo) {
					this.#hold(held, message);
					return;
				}
				refuse(message, accepted);
				break;
			case 'too-large':
				peer.end(CLOSE.tooLarge);
				break;
			case 'malformed':
			case 'torn':
				refuse(message, accepted);
		}
		if (!stepTwo || !held) return;
		this.#asked.delete(peer);
		for (const next of held) {
			// After a tear nothing more is judged; it waits with the rest.
			if (this.#document?.torn) accepted.push(next);
			else this.#judge(next, apply, accepted, judged);
		}
	}

	#hold(held: Received[], message: Received): void {
		held.push(message);
		message.peer.taken([message]);
		const bytes = held.reduce((sum, { update }) => sum + update.length, 0);
		if (bytes > this.#deps.limits.stepTwoBytes) message.peer.end(CLOSE.tooLarge);
	}

	settle(results: readonly AppendResult[]): void {
		const written = this.#underway ?? [];
		this.#underway = null;
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
			this.#link.publish({ is: 'row', node: this.#deps.node, seq: result.seq, update: part.update });
			this.#audience.broadcast(document.arrived(result.seq, null));
		}
		const [only] = writers;
		this.#audience.broadcast(committed, writers.size === 1 ? only : undefined);
		for (const { peer, messages } of saved) peer.settled(messages);
		this.#link.watchHole();
		if (failed) return this.#reread();
		this.#answerJoins();
		const { checkpointRestRows, checkpointBusyRows } = this.#deps.limits;
		this.#keepCheckpoint(this.peers.size === 0 ? checkpointRestRows : checkpointBusyRows);
	}

	storage(state: 'ok' | 'disk'): void {
		const frames = framesOf([encodeControl({ type: 'storage', state })]);
		for (const peer of this.peers) if (peer.nabij) peer.write(frames);
		// Newcomers cannot wait for a commit that may take long.
		if (state === 'disk') this.#answerJoins();
	}

	fail(error: unknown): void {
		this.#deps.log.error({ err: error, doc: this.id }, 'a room ended');
		this.#end();
	}

	beat(): void {
		if (this.peers.size > 0) this.gathering.beat();
	}

	/** Whether nobody is here and nothing is under way, so that it can be let go. */
	get idle(): boolean {
		return this.peers.size === 0 && this.#inbox.length === 0 && this.#underway === null && this.#document !== null;
	}

	/** Lets the document go. */
	close(): void {
		this.#ended = true;
		this.gathering.close();
		this.#link.close();
		this.#document?.destroy();
	}

	#end(): void {
		if (this.#ended) return;
		for (const peer of [...this.peers]) peer.end(CLOSE.tryAgain, 'disk');
		this.close();
		this.#deps.onEnd(this);
	}

	async #read(): Promise<void> {
		this.#document = new LoggedDocument(await this.#deps.store.load(this.id), this.#deps.limits.documentBytes);
		this.#link.catchUp(this.#document);
		this.#keepCheckpoint(this.#deps.limits.checkpointBusyRows);
		for (const peer of this.peers) this.ask(peer);
		this.#answerJoins();
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

	#answerJoins(): void {
		if (!this.#audience.waits) return;
		if (this.#document && !this.#underway) this.#audience.answer(this.#document);
		else if (this.#underway && this.#deps.queue.troubled) void this.#answerFromLog();
	}

	/** While commits fail the Y.Doc is ahead of what is durable, so the log itself answers. */
	async #answerFromLog(): Promise<void> {
		if (this.#answering) return;
		this.#answering = true;
		let again = false;
		try {
			const load = () => this.#deps.store.load(this.id);
			again = !(await this.#audience.answerFromLog(load, this.#deps.limits.documentBytes));
		} catch (error) {
			this.#deps.log.warn({ err: error, doc: this.id }, 'newcomers wait until the log can be read');
		}
		this.#answering = false;
		if (again) this.#answerJoins();
	}

	#keepCheckpoint(rows: number): void {
		if (!this.#document || this.#underway) return;
		const { seq } = this.#document;
		const state = this.#document.checkpoint(rows);
		if (!state) return;
		this.#deps.store.checkpoint(this.id, seq, state).catch((error: unknown) => {
			this.#deps.log.warn({ err: error, doc: this.id }, 'a checkpoint could not be kept');
		});
	}
}

/** A refused message counts as dealt with, but in its turn: those before it may not be durable yet. */
function refuse(message: Received, accepted: Received[]): void {
	message.refused = true;
	accepted.push(message);
	message.peer.refuse(message.n, 'wire.malformed');
}
