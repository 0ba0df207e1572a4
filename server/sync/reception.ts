import type { Log } from '#server/log';
import type { DocumentStore, LoadedDocument } from '#server/ports/document-store';
import type { Answering, Audience } from './audience.ts';

/** A wait longer than this is looked at in between: timers cannot wait for ever. */
const LOOK_AGAIN_MS = 60_000;

type Deps = Readonly<{
	doc: string;
	audience: Audience;
	store: Pick<DocumentStore, 'load'>;
	log: Log;
	/** The epoch that those who wait are of. */
	epoch: () => number | null;
	/** What holds all that is durable and nothing else right now; null: wait for the commit, or for the document. */
	source: () => Answering | 'log' | null;
	/** An answer could not be made in a turn of its own. */
	fail: (error: unknown) => void;
}>;

/**
 * When those who wait for the document are answered: between commits, from the log itself while commits fail, and each
 * not before their allowance lets them.
 */
export class Reception {
	readonly #deps: Deps;
	#readingLog = false;
	/** When those who wait are looked at next. */
	#soon: NodeJS.Immediate | null = null;
	#later: NodeJS.Timeout | null = null;
	#closed = false;

	constructor(deps: Deps) {
		this.#deps = deps;
	}

	/** Answers a turn of the event loop later, so that others are heard between two answers. */
	answerSoon(): void {
		if (this.#closed) return;
		this.#soon ??= setImmediate(() => {
			this.#soon = null;
			this.#answerGuarded();
		});
	}

	/** Answers those whose turn it is, and comes back for the others. */
	answer(): void {
		if (this.#later) clearTimeout(this.#later);
		this.#later = null;
		const waitMs = this.#deps.audience.waitMs(performance.now());
		if (waitMs === null || this.#closed) return;
		if (waitMs > 0) {
			this.#later = setTimeout(() => this.#answerGuarded(), Math.min(waitMs, LOOK_AGAIN_MS));
			this.#later.unref();
			return;
		}
		const source = this.#deps.source();
		if (source === null) return;
		if (source === 'log') return void this.#answerFromLog();
		this.#deps.audience.answer(source);
		this.answerSoon();
	}

	close(): void {
		this.#closed = true;
		if (this.#soon) clearImmediate(this.#soon);
		if (this.#later) clearTimeout(this.#later);
	}

	/** An edge: nobody else hears of what is thrown in a turn of its own. */
	#answerGuarded(): void {
		try {
			this.answer();
		} catch (error) {
			this.#deps.fail(error);
		}
	}

	/** An edge. */
	async #answerFromLog(): Promise<void> {
		if (this.#readingLog) return;
		this.#readingLog = true;
		const { audience } = this.#deps;
		try {
			// Then whoever is to be answered later.
			if (await audience.answerFromLog(() => this.#load())) this.answerSoon();
		} catch (error) {
			this.#deps.fail(error);
		}
		this.#readingLog = false;
	}

	async #load(): Promise<LoadedDocument | null> {
		const { store, log, doc } = this.#deps;
		try {
			const loaded = await store.load(doc);
			// A later epoch is not for those who wait here; the room will hear of it.
			return loaded.epoch === this.#deps.epoch() ? loaded : null;
		} catch (error) {
			log.warn({ err: error, doc }, 'newcomers wait until the log can be read');
			return null;
		}
	}
}
