import type { Log } from '#server/log';
import type { Bus } from '#server/ports/bus';
import type { DocumentStore } from '#server/ports/document-store';
import type { Limits } from './limits.ts';

/** As much of a room as is asked for here. */
type Open = Readonly<{ id: string; epoch: number | null; endEpoch: () => void }>;

type Deps = Readonly<{
	bus: Pick<Bus, 'healthy'>;
	store: Pick<DocumentStore, 'epochsOf'>;
	log: Log;
	limits: Pick<Limits, 'beatMs' | 'revalidateMs'>;
	rooms: () => Iterable<Open>;
	/** Asks of everybody here whether they still may be. */
	reassure: () => void;
}>;

/**
 * Asks on a clock what others should have announced, since an announcement is lost with the node that owes it, or with the
 * bus: whether people still may be where they are, and whether documents are of the epoch they were.
 */
export class Revalidation {
	readonly #deps: Deps;
	#peopleAt = performance.now();
	#epochsAt = performance.now();
	/** Whether the bus has been asked for a sign of life and owes it. */
	#listening = false;
	#reading = false;

	constructor(deps: Deps) {
		this.#deps = deps;
	}

	/** Once a second. */
	pulse(now: number): void {
		const { beatMs, revalidateMs } = this.#deps.limits;
		// A bus that takes longer than a pulse to answer carries nothing in time either.
		const away = this.#listening;
		this.#listen();
		if (away || now - this.#peopleAt >= revalidateMs) {
			this.#peopleAt = now;
			this.#deps.reassure();
		}
		if (this.#reading || now - this.#epochsAt < beatMs) return;
		this.#epochsAt = now;
		this.#reading = true;
		this.lookAt([...this.#deps.rooms()])
			.catch((error: unknown) => this.#deps.log.debug({ err: error }, 'epochs could not be read, asking again'))
			.finally(() => (this.#reading = false));
	}

	/** Ends the rooms whose document is of a later epoch by now. Rejects when the log cannot be read. */
	async lookAt(rooms: readonly Open[]): Promise<void> {
		const known = rooms.filter(({ epoch }) => epoch !== null);
		if (known.length === 0) return;
		const epochs = await this.#deps.store.epochsOf(known.map(({ id }) => id));
		for (const [n, room] of known.entries()) if ((epochs[n] ?? 0) > (room.epoch ?? 0)) room.endEpoch();
	}

	/** An edge. */
	#listen(): void {
		if (this.#listening) return;
		this.#listening = true;
		this.#deps.bus
			.healthy()
			.catch(() => false)
			.then((healthy) => {
				this.#listening = false;
				if (!healthy) this.#deps.reassure();
			})
			.catch((error: unknown) => this.#deps.log.error({ err: error }, 'people could not be asked for anew'));
	}
}
