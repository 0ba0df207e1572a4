import type { AppendResult, DocumentStore, NewRow, StoredRow } from '#server/ports/document-store';

/** A document log in memory whose commits a test can hold back, fail as a whole, or fail row by row. */
export class MemoryDocumentStore implements DocumentStore {
	readonly #rows = new Map<string, StoredRow[]>();
	readonly #checkpoints = new Map<string, { seq: number; state: Uint8Array }>();
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
	rows(doc: string): readonly StoredRow[] {
		return this.#rows.get(doc) ?? [];
	}

	async append(rows: readonly NewRow[]): Promise<readonly AppendResult[]> {
		this.asked++;
		if (this.#held) await new Promise<void>((go) => this.#waiting.push(go));
		// A commit takes a turn of the event loop at least, as a real one does.
		await new Promise(setImmediate);
		if (this.full) throw new Error('no space left on device');
		return rows.map((row) => {
			if (this.failsAlone(row)) return { error: new Error('this row cannot be stored') };
			const kept = this.#rows.get(row.doc) ?? [];
			this.#rows.set(row.doc, kept);
			const seq = kept.length + 1;
			kept.push({ ...row, update: row.update.slice(), seq });
			return { seq };
		});
	}

	async load(doc: string) {
		await new Promise(setImmediate);
		const rows = this.rows(doc);
		const checkpoint = this.#checkpoints.get(doc);
		const from = checkpoint?.seq ?? 0;
		const after = rows.filter(({ seq }) => seq > from).map(({ update }) => update);
		return { seq: rows.length, updates: checkpoint ? [checkpoint.state, ...after] : after };
	}

	async since(doc: string, after: number, most = Infinity) {
		await new Promise(setImmediate);
		return this.rows(doc)
			.filter(({ seq }) => seq > after)
			.slice(0, most);
	}

	async checkpoint(doc: string, seq: number, state: Uint8Array) {
		const last = this.#checkpoints.get(doc);
		if (!last || last.seq < seq) this.#checkpoints.set(doc, { seq, state: state.slice() });
	}

	async remove(doc: string) {
		this.#rows.delete(doc);
		this.#checkpoints.delete(doc);
	}

	async healthy() {
		return !this.full;
	}

	async close() {}
}
