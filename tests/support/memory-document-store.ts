import { DocumentLog, toAppendResult } from '#server/adapters/sqlite/document-log';
import type {
	AppendResult,
	DocumentStore,
	KeptDocument,
	NewRow,
	PackedSnapshot,
	Renewal
} from '#server/ports/document-store';

/** A document log in memory whose commits a test can hold back, fail as a whole, or fail row by row. */
export class MemoryDocumentStore implements DocumentStore {
	readonly #log = new DocumentLog(':memory:');
	readonly #waiting: (() => void)[] = [];
	#held = false;
	/** Nothing at all can be written: every append rejects. */
	full = false;
	/** Rows that fail alone. */
	failsAlone: (row: NewRow) => boolean = () => false;
	/** How often an append was asked for, also while it is held back or fails. */
	asked = 0;
	/** Appends that are held back now. */
	get heldBack(): number {
		return this.#waiting.length;
	}

	/** From now on no append is answered, and nothing written, before `release`. */
	hold(): void {
		this.#held = true;
	}

	release(): void {
		this.#held = false;
		for (const go of this.#waiting.splice(0)) go();
	}

	/** Every row of a document, in order. */
	rows(doc: string) {
		return this.#log.since(doc, 0);
	}

	append = async (rows: readonly NewRow[]): Promise<readonly AppendResult[]> => {
		this.asked++;
		if (this.#held) await new Promise<void>((go) => this.#waiting.push(go));
		// A commit takes a turn of the event loop at least, as a real one does.
		await new Promise(setImmediate);
		if (this.full) throw new Error('no space left on device');
		const good = rows.filter((row) => !this.failsAlone(row));
		const outcomes = this.#log.append(good).map(toAppendResult);
		return rows.map(
			(row) => (good.includes(row) ? outcomes.shift() : null) ?? { error: new Error('this row cannot be stored') }
		);
	};

	load = async (doc: string) => {
		await new Promise(setImmediate);
		return this.#log.load(doc);
	};

	since = async (doc: string, after: number, most?: number, epoch?: number) => {
		await new Promise(setImmediate);
		return this.#log.since(doc, after, most, epoch);
	};

	epochsOf = async (docs: readonly string[]) => this.#log.epochsOf(docs);
	checkpoint = async (doc: string, epoch: number, seq: number, state: Uint8Array) =>
		this.#log.checkpoint(doc, epoch, seq, state);
	moments = async (doc: string, { before = Number.MAX_SAFE_INTEGER, most }: { before?: number; most: number }) =>
		this.#log.moments(doc, before, most);
	stateAt = async (doc: string, seq: number) => this.#log.stateAt(doc, seq);
	keepSnapshot = async (doc: string, epoch: number, snapshot: PackedSnapshot) =>
		this.#log.keepSnapshot(doc, epoch, snapshot);
	dropSnapshots = async (doc: string, epoch: number, seqs: readonly number[]) =>
		this.#log.dropSnapshots(doc, epoch, seqs);
	stage = async (doc: string, epoch: number, past: string, snapshot: PackedSnapshot) =>
		this.#log.stage(doc, epoch, past, snapshot);
	unstage = async (doc: string, past: string) => this.#log.unstage(doc, past);
	dropRows = async (doc: string, epoch: number, seq: number) => this.#log.dropRows(doc, epoch, seq);
	toExamine = async (asked: { now: number; restingSince: number; most: number }) =>
		this.#log.toExamine(asked.now, asked.restingSince, asked.most);
	examined = async (doc: string, epoch: number, seq: number, dueAt: number | null) =>
		this.#log.examined(doc, epoch, seq, dueAt);
	documents = async (after: string, most: number) => this.#log.documents(after, most);
	read = async (doc: string) => this.#log.read(doc);
	write = async (kept: KeptDocument) => this.#log.write(kept);
	remove = async (doc: string) => this.#log.remove(doc);

	renew = async (doc: string, renewal: Renewal) => {
		await new Promise(setImmediate);
		if (this.full) throw new Error('no space left on device');
		return this.#log.renew(doc, renewal);
	};

	healthy = async () => {
		return !this.full;
	};

	close = async () => {};
}
