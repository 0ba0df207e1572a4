import { parseUpdateMeta } from 'yjs';
import type { Log } from '#server/log';
import type { DocumentStore } from '#server/ports/document-store';
import type { Owned } from './owners.ts';

/** Rows read at once, so that a long history is never in memory as a whole. */
const PAGE_ROWS = 200;

/**
 * Who first wrote with which clientID, as the newest part of a document's log shows. It is read when somebody is to be
 * looked up, and then on from there: most rooms never ask. Older rows stay unread, since after a restart every busy room
 * asks at once; who comes back after so long a time speaks for a clientID that counts as nobody's.
 */
export class Authors {
	readonly #doc: string;
	readonly #store: DocumentStore;
	readonly #log: Log;
	readonly #mostRows: number;
	readonly #first = new Map<number, Owned>();
	/** The newest row read; null before the first. */
	#seq: number | null = null;
	#reading: Promise<boolean> | null = null;

	constructor(doc: string, store: DocumentStore, log: Log, mostRows: number) {
		this.#doc = doc;
		this.#store = store;
		this.#log = log;
		this.#mostRows = mostRows;
	}

	/** Undefined for a clientID that did not write, or whose first words came together with another's. */
	of(client: number): Owned | undefined {
		return this.#first.get(client);
	}

	/** Reads what the log has by now, at least to its row `newest`. False when that cannot be done. */
	read(newest: number): Promise<boolean> {
		this.#reading ??= this.#readOn(newest)
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

	async #readOn(newest: number): Promise<void> {
		let after = this.#seq ?? Math.max(0, newest - this.#mostRows);
		for (;;) {
			const rows = await this.#store.since(this.#doc, after, PAGE_ROWS);
			for (const { seq, author, at, update } of rows) {
				this.#seq = after = seq;
				const [first, second] = parseUpdateMeta(update).from;
				// Several at once may have been brought by someone who only had them, as after a backup was read back.
				if (!first || second) continue;
				const [client, clock] = first;
				// Whoever goes on at a later clock may be another, whose first words lie further back.
				if (clock === 0) this.#first.set(client, { client, person: author, since: at });
			}
			if (rows.length < PAGE_ROWS) return;
		}
	}
}
