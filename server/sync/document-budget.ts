import type { Limits } from './limits.ts';

/** A document that is in memory and can be let go. */
export interface Resident {
	/** About what it takes. */
	readonly heapBytes: number;
	/** Lets it go, unless it is needed right now: then false. */
	letGo(): boolean;
}

/** Trimming holds the event loop no longer than this at a time. */
const TURN_MS = 8;

/**
 * Which documents stay in memory, over all rooms of this node: those used last, as many as the budget holds. The fuller it
 * is, the sooner one that is not used has to go.
 */
export class DocumentBudget {
	readonly #limits: Pick<Limits, 'documentsHeapBytes' | 'leastDocuments' | 'documentRestMs'>;
	/** The one used longest ago comes first. */
	readonly #residents = new Map<Resident, { bytes: number; usedAt: number }>();
	#bytes = 0;
	#next: NodeJS.Immediate | null = null;

	constructor(limits: Pick<Limits, 'documentsHeapBytes' | 'leastDocuments' | 'documentRestMs'>) {
		this.#limits = limits;
	}

	/** How many documents are in memory. */
	get size(): number {
		return this.#residents.size;
	}

	/** It came into memory, or is read or written. */
	used(resident: Resident): void {
		this.gone(resident);
		const bytes = resident.heapBytes;
		this.#residents.set(resident, { bytes, usedAt: performance.now() });
		this.#bytes += bytes;
	}

	/** It is not in memory any more. */
	gone(resident: Resident): void {
		this.#bytes -= this.#residents.get(resident)?.bytes ?? 0;
		this.#residents.delete(resident);
	}

	/** Once a second: lets go what is too much, a few at a time. */
	trim(now: number): void {
		const { documentsHeapBytes, leastDocuments, documentRestMs } = this.#limits;
		for (const [resident, { usedAt }] of this.#residents) {
			if (this.#bytes <= documentsHeapBytes || this.#residents.size <= leastDocuments) return;
			if (now - usedAt < (documentRestMs * documentsHeapBytes) / this.#bytes) return;
			if (resident.letGo()) this.gone(resident);
			if (performance.now() - now < TURN_MS) continue;
			this.#next ??= setImmediate(() => {
				this.#next = null;
				this.trim(performance.now());
			});
			return;
		}
	}

	close(): void {
		if (this.#next) clearImmediate(this.#next);
		this.#residents.clear();
	}
}
