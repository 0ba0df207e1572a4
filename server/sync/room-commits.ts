import { CLOSE } from '#domain/wire/close-codes';
import { encodeControl } from '#domain/wire/control';
import { StaleEpoch, type AppendResult, type NewRow } from '#server/ports/document-store';
import type { Audience } from './audience.ts';
import type { Row } from './bus-messages.ts';
import type { Writing } from './commit-queue.ts';
import { framesOf } from './frames.ts';
import type { Intake, Written } from './intake.ts';
import type { Peer } from './peer.ts';
import type { Reception } from './reception.ts';
import type { RoomDeps } from './room.ts';
import type { RoomDocument } from './room-document.ts';
import type { RoomLink } from './room-link.ts';

/** `seq`: the number of its row; null: it brought nothing new. */
type Answered = Written & Readonly<{ seq: number | 'failed' | null }>;

type Deps = Pick<RoomDeps, 'clock' | 'log' | 'limits' | 'queue' | 'node'> &
	Readonly<{
		doc: string;
		peers: ReadonlySet<Peer>;
		document: RoomDocument;
		intake: Intake;
		audience: Audience;
		reception: Reception;
		link: RoomLink;
		/** The Y.Doc holds what the log does not. */
		onTorn: () => void;
		/** The document is of a later epoch than this room. */
		onStale: () => void;
		onFault: (error: unknown) => void;
	}>;

/**
 * One room's part in the commits: a tick lets waiting messages into the Y.Doc and hands over their rows, and only when the
 * commit has answered, and all rows before them are here, do peers see them and writers hear `saved`.
 */
export class RoomCommits implements Writing {
	readonly #deps: Deps;
	#underway: readonly Written[] | null = null;
	/** The same with what the store said; null before it did. */
	#answered: readonly Answered[] | null = null;
	/** While the document is being renewed nothing is taken; settles when no commit is under way any more. */
	#held: PromiseWithResolvers<void> | null = null;
	#closed = false;

	constructor(deps: Deps) {
		this.#deps = deps;
	}

	/** Commits what waits, as soon as that may be. */
	offer(): void {
		if (this.waiting) this.#deps.queue.offer(this);
	}

	/** Whether a commit is under way: the Y.Doc is ahead of what is durable. */
	get underway(): boolean {
		return this.#underway !== null;
	}

	get waiting(): boolean {
		const { document, intake } = this.#deps;
		const ready = document.here !== null && this.#underway === null && this.#held === null;
		return ready && !intake.empty && !this.#closed;
	}

	get readers(): number {
		return this.#deps.peers.size;
	}

	/** Whether nothing is under way or waits, and nobody holds it. */
	get idle(): boolean {
		return this.#deps.intake.empty && this.#underway === null && this.#held === null;
	}

	take(bytes: number): readonly NewRow[] {
		const { document, intake, clock, doc } = this.#deps;
		const { here } = document;
		if (!this.waiting || !here) return [];
		const written = intake.take(here, bytes);
		if (!written) {
			this.#deps.onTorn();
			return [];
		}
		this.#underway = written;
		const { epoch } = here;
		const at = clock.now();
		return written.flatMap(({ peer, update }) => (update ? [{ doc, epoch, author: peer.person.id, at, update }] : []));
	}

	settle(results: readonly AppendResult[]): void {
		const { audience, link, log, doc, node, document } = this.#deps;
		// The queue asks again whom it has asked too early: nothing was taken, and what was taken before waits for its place.
		if (!this.#underway || this.#answered) return;
		if (results.some((result) => 'error' in result && result.error instanceof StaleEpoch)) {
			this.#end();
			return this.#deps.onStale();
		}
		const { here } = document;
		if (!here) return this.#end();
		const answered: Answered[] = [];
		const rows: Row[] = [];
		let row = 0;
		let failed = false;
		for (const part of this.#underway) {
			const { peer, update } = part;
			if (update === null) {
				answered.push({ ...part, seq: null });
				continue;
			}
			const result = results[row++];
			if (!result || 'error' in result) {
				failed = true;
				log.error({ err: result?.error, doc }, 'a row could not be written');
				peer.end(CLOSE.tryAgain, 'disk');
				answered.push({ ...part, seq: 'failed' });
				continue;
			}
			answered.push({ ...part, seq: result.seq });
			rows.push({ seq: result.seq, update });
			// What comes after a row that failed may rest on it.
			if (!failed) audience.broadcast(here.arrived(result.seq, update));
		}
		// Before anything else: other nodes cannot go on without them.
		if (rows.length > 0) link.publish({ is: 'rows', node, epoch: here.epoch, rows });
		this.#answered = answered;
		this.proceed();
		link.watchHole();
	}

	/**
	 * Goes on as soon as all rows before ours are here: nobody sees ours, nor hears `saved`, before it is known to be in the
	 * log's document what it is in ours. Otherwise, and from a row that failed, all is judged again in the document that the
	 * log gives back: what is in that already is saved, and what it contradicts is refused.
	 */
	proceed(): void {
		const { audience, document, intake, reception, peers, limits } = this.#deps;
		const { here } = document;
		if (!here || (this.#underway && !this.#answered)) return;
		const parts = this.#answered ?? [];
		const wrong = parts.findIndex(({ seq }) => seq === 'failed' || (seq !== null && seq > here.seq));
		if (!here.disputed && (!this.#answered || typeof parts[wrong]?.seq === 'number')) return;
		this.#end();
		document.changed();
		const saved = wrong < 0 ? parts : parts.slice(0, wrong);
		const committed: Uint8Array[] = [];
		const writers = new Set<Peer>();
		for (const { peer, update } of saved) {
			if (!update) continue;
			committed.push(update);
			writers.add(peer);
		}
		// What a writer hears goes out as one: a write to a socket costs more than all that is in it.
		const frames = audience.broadcast(committed, new Set(saved.map(({ peer }) => peer)));
		const [only] = writers;
		for (const { peer, messages } of saved) {
			const others = audience.has(peer) && (peer !== only || writers.size > 1);
			peer.settled(messages, others ? frames : null);
		}
		if (wrong >= 0 || here.disputed) {
			intake.again(parts.slice(saved.length).flatMap(({ seq, messages }) => (seq === 'failed' ? [] : messages)));
			return this.#deps.onTorn();
		}
		reception.answer();
		document.keepCheckpoint(peers.size === 0 ? limits.checkpointRestRows : limits.checkpointBusyRows);
		this.offer();
	}

	storage(state: 'ok' | 'disk'): void {
		const frames = framesOf([encodeControl({ type: 'storage', state })]);
		for (const peer of this.#deps.peers) if (peer.nabij) peer.write(frames);
		// Newcomers cannot wait for a commit that may take long.
		if (state === 'disk') this.#deps.reception.answer();
	}

	fail(error: unknown): void {
		this.#deps.onFault(error);
	}

	/** Takes nothing more in, until it is released; settles when no commit is under way. */
	async hold(): Promise<void> {
		this.#held ??= Promise.withResolvers();
		if (this.#underway === null) this.#held.resolve();
		await this.#held.promise;
	}

	release(): void {
		this.#held = null;
		this.offer();
	}

	/** Takes nothing any more. */
	close(): void {
		this.#closed = true;
		if (this.#answered) this.#end();
	}

	/** No commit is under way any more. */
	#end(): void {
		this.#underway = this.#answered = null;
		this.#held?.resolve();
	}
}
