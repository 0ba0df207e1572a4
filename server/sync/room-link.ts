import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import { StaleEpoch, type DocumentStore } from '#server/ports/document-store';
import { Backoff } from './backoff.ts';
import { docTopic, encodeBusMessage, readBusMessage, senderOf, type BusMessage } from './bus-messages.ts';
import type { Gathering } from './gathering.ts';
import type { Limits } from './limits.ts';
import type { LoggedDocument } from './logged-document.ts';
import type { RoomDocument } from './room-document.ts';

/** Commits kept while the document is being read; what is beyond them is read from the log. */
const MOST_EARLY = 256;

/** Rows read at once, so that after a long absence not all that was missed is in memory. */
const PAGE_ROWS = 200;

type Rows = Extract<BusMessage, { is: 'rows' }>;

type Deps = Readonly<{
	doc: string;
	node: string;
	bus: Bus;
	store: DocumentStore;
	log: Log;
	limits: Pick<Limits, 'holeMs' | 'retryFirstMs' | 'retryMaxMs'>;
	gathering: Gathering;
	document: Pick<RoomDocument, 'here' | 'need' | 'seq' | 'epoch' | 'reading' | 'asleep'>;
	/** Gives peers what came from other nodes. */
	deliver: (updates: readonly Uint8Array[]) => void;
	/** The document is of a later epoch than ours. */
	onStale: () => void;
}>;

/**
 * The line between one room and the rooms of the same document on other nodes. Rows come with their numbers; where one is
 * missing, or another node has seen a newer one, the log is read, since the bus may lose anything.
 */
export class RoomLink {
	readonly #deps: Deps;
	/** Rows that came while the document was being read. */
	readonly #early: Rows[] = [];
	/** The latest epoch that was told of while the document was being read for the first time. */
	#epochTold = 0;
	/** Whether the log is known to hold more, or may do so. */
	#behind = false;
	#reading = false;
	/** For how long the log is let be that cannot be read. */
	readonly #backoff: Backoff;
	#waitMs: number;
	#unsubscribe: (() => void) | null = null;
	#timer: NodeJS.Timeout | null = null;
	#closed = false;

	constructor(deps: Deps) {
		this.#deps = deps;
		this.#backoff = new Backoff(deps.limits);
		this.#waitMs = deps.limits.holeMs;
	}

	/**
	 * Must settle before the log is read, or a row committed in between by another node would be missed; where the bus is
	 * away, its gap tells when to read on.
	 */
	async open(): Promise<void> {
		const unsubscribe = await this.#deps.bus.subscribe(docTopic(this.#deps.doc), (bytes) => this.#receive(bytes));
		if (this.#closed) unsubscribe();
		else this.#unsubscribe = unsubscribe;
	}

	close(): void {
		this.#closed = true;
		this.#unsubscribe?.();
		if (this.#timer) clearTimeout(this.#timer);
	}

	publish(message: BusMessage): void {
		this.#deps.bus.publish(docTopic(this.#deps.doc), encodeBusMessage(message));
	}

	/** What is to be known of the document is known; when rows may have been missed meanwhile, it has to be there to take them. */
	opened(): void {
		if (this.#epochTold > (this.#deps.document.epoch ?? 0)) return this.#deps.onStale();
		if (this.#behind) this.#deps.document.need();
	}

	/** The document has been read: what came meanwhile is taken into it. */
	catchUp(document: LoggedDocument): void {
		for (const rows of this.#early.splice(0)) this.#arrive(rows, document);
		if (this.#closed) return;
		this.#deps.gathering.hearEarly();
		this.watchHole();
	}

	/** Whether rows are missing that the log has to be read for. */
	get behind(): boolean {
		return this.#behind || this.#reading || this.#timer !== null;
	}

	/** Rows of other nodes may have been lost: the log has them. */
	mindGap(): void {
		// A document that was let go is read anew, with all that the log has by then.
		if (this.#deps.document.asleep) this.#deps.document.need();
		else this.watchHole(true);
	}

	/** A row may be missing: its message may be on its way, and if it is not the log has it. */
	watchHole(behind = false): void {
		const document = this.#deps.document.here;
		// What comes up during a reading may be newer than what that finds.
		this.#behind ||= behind || (this.#reading && document?.hole === true);
		if (this.#timer || this.#reading || this.#closed || !document || !(this.#behind || document.hole)) return;
		this.#timer = setTimeout(() => {
			this.#timer = null;
			void this.#fillHole();
		}, this.#waitMs);
	}

	/** An edge: what cannot be read now is tried again, ever less often. */
	async #fillHole(): Promise<void> {
		const document = this.#deps.document.here;
		if (!document || !(this.#behind || document.hole)) return;
		const { log, doc, limits } = this.#deps;
		this.#behind = false;
		this.#reading = true;
		try {
			await this.#readOn(document);
			if (this.#backoff.failing) log.info({ doc }, 'missed rows can be read again');
			this.#backoff.reset();
			this.#waitMs = limits.holeMs;
		} catch (error) {
			if (error instanceof StaleEpoch) return this.#deps.onStale();
			if (!this.#backoff.failing) log.warn({ err: error, doc }, 'missed rows cannot be read, trying again');
			this.#waitMs = this.#backoff.failed();
			this.#behind = true;
		}
		this.#reading = false;
		if (this.#behind) this.watchHole();
	}

	async #readOn(document: LoggedDocument): Promise<void> {
		for (let after = document.seq; ;) {
			const rows = await this.#deps.store.since(this.#deps.doc, after, PAGE_ROWS, document.epoch);
			// Let go, or read anew, meanwhile.
			if (this.#closed || document !== this.#deps.document.here) return;
			// Rows of our own come back here too; Yjs takes them twice without harm.
			for (const { seq, update } of rows) {
				this.#deps.deliver(document.arrived(seq, update));
				after = seq;
			}
			if (rows.length < PAGE_ROWS) return;
		}
	}

	#arrive({ epoch, rows }: Rows, document: LoggedDocument): void {
		// An older one is of a node that has not heard of the new epoch: it was in the log before, and left with it.
		if (epoch > document.epoch) return this.#deps.onStale();
		if (epoch !== document.epoch) return;
		this.#deps.deliver(rows.flatMap(({ seq, update }) => document.arrived(seq, update)));
	}

	/** An edge: a message that cannot be taken is logged, and what it said is found in the log of the document. */
	#receive(bytes: Uint8Array): void {
		try {
			if (this.#closed || senderOf(bytes) === this.#deps.node) return;
			const message = readBusMessage(bytes);
			if (message) this.#hear(message);
		} catch (error) {
			this.#deps.log.error({ err: error, doc: this.#deps.doc }, 'a message of another node could not be taken');
		}
	}

	#hear(message: BusMessage): void {
		const { document } = this.#deps;
		switch (message.is) {
			case 'rows': {
				const here = document.need();
				if (!here) {
					if (this.#early.length < MOST_EARLY) this.#early.push(message);
					else this.#behind = true;
					return;
				}
				this.#arrive(message, here);
				return this.watchHole();
			}
			case 'presence':
				this.#deps.gathering.hearNode(message);
				// One that is being read will have the row, or the next beat tells of it again.
				if (message.seq > document.seq && !document.reading) this.mindGap();
				return;
			case 'live':
				return this.#deps.gathering.hearGesture(message);
			case 'ask':
				return this.#deps.gathering.tellNodes(true);
			case 'epoch':
				if (document.epoch === null) this.#epochTold = Math.max(this.#epochTold, message.epoch);
				else if (message.epoch > document.epoch) this.#deps.onStale();
				return;
		}
	}
}
