import type { Log } from '#server/log';
import type { DocumentStore } from '#server/ports/document-store';
import type { States } from '#server/ports/states';

type Deps = Readonly<{
	store: Pick<DocumentStore, 'load' | 'checkpoint'>;
	states: Pick<States, 'merged'>;
	log: Log;
}>;

/** Keeps checkpoints, from what the log holds and beside the main thread, one of a document at a time. */
export class Checkpoints {
	readonly #deps: Deps;
	readonly #underway = new Map<string, Promise<void>>();

	constructor(deps: Deps) {
		this.#deps = deps;
	}

	/** An edge: one that cannot be kept is made up for by the next. */
	keep(doc: string): Promise<void> {
		const underway = this.#underway.get(doc);
		if (underway) return underway;
		const keeping = this.#make(doc)
			.catch((error: unknown) => this.#deps.log.warn({ err: error, doc }, 'a checkpoint could not be kept'))
			.finally(() => this.#underway.delete(doc));
		this.#underway.set(doc, keeping);
		return keeping;
	}

	async #make(doc: string): Promise<void> {
		const { store, states } = this.#deps;
		const { epoch, seq, updates } = await store.load(doc);
		// A single one is a checkpoint already, or as good as one.
		if (updates.length > 1) await store.checkpoint(doc, epoch, seq, await states.merged(updates));
	}
}
