import { parseUpdateMeta } from 'yjs';
import type { Log } from '#server/log';
import type { DocumentStore } from '#server/ports/document-store';
import type { Owned } from './owners.ts';

/** Rows read at once, so that a long history is never in memory as a whole. */
const PAGE_ROWS = 200;

/**
 * Who first wrote with which clientID, as the log of a document shows. It is read when somebody is to be looked up, and
 * then on from there: most rooms never ask.
 */
export class Authors {
	readonly #doc: string;
	readonly #store: DocumentStore;
	readonly #log: Log;
	readonly #first = new Map<number, Owned>();
	#seq = 0;
	#reading: Promise<boolean> | null = null;

	constructor(doc: string, store: DocumentStore, log: Log) {
		this.#doc = doc;
		this.#store = store;
		this.#log = log;
	}

	/** Undefined for a clientID that did not write, or whose first words came together with another's. */
	of(client: number): Owned | undefined {
		return this.#first.get(client);
	}

	/** Reads what the log has by now. False when that cannot be done. */
	read(): Promise<boolean> {
		this.#reading ??= this.#readOn()
			.then(() => true)
			.catch((error: unknown) => {
				this.#log.warn({ err: error, doc: this.#doc }, 'who wrote what could not be read');
				return false;
			})
			.finally(() => {
				this.#reading = null;
			});
		return this.#reading;
	}

	async #readOn(): Promise<void> {
		for (;;) {
			const rows = await this.#store.since(this.#doc, this.#seq, PAGE_ROWS);
			for (const { seq, author, at, update } of rows) {
				this.#seq = seq;
				const [first, second] = parseUpdateMeta(update).from;
				// Several at once may have been brought by someone who only had them, as after a backup was read back.
				if (!first || second) continue;
				const [client, clock] = first;
				if (clock === 0) this.#first.set(client, { client, person: author, since: at });
			}
			if (rows.length < PAGE_ROWS) return;
		}
	}
}
