import type { Limits } from './limits.ts';

/** A document that is in memory and can be let go. */
export interface Resident {
	/** About what it takes. */
	readonly heapBytes: number;
	/** Lets it go, unless it is needed right now: then false. */
	letGo(): boolean;
}

/** Trimming holds the event loop no longer than this at a time, and comes at most so often. */
const TURN_MS = 8;
const EVERY_MS = 50;
/** However many there are, one that is worked on stays. */
const LEAST_REST_MS = 250;

/**
 * Which documents stay in memory, over all rooms of this node: those used last, as many as the budget holds. The fuller it
 * is, the sooner one that is not used has to go: what a process once took it hardly gives back.
 */
export class DocumentBudget {
	readonly #limits: Pick<Limits, 'documentsHeapBytes' | 'leastDocuments' | 'documentRestMs'>;
	readonly #onGone: (bytes: number) => void;
	/** The one used longest ago comes first. */
	readonly #residents = new Map<Resident, { bytes: number; usedAt: number }>();
	#bytes = 0;
	#next: NodeJS.Timeout | null = null;

	/** `onGone`: so much is not in memory any more. */
	constructor(
		limits: Pick<Limits, 'documentsHeapBytes' | 'leastDocuments' | 'documentRestMs'>,
		onGone: (bytes: number) => void = () => {}
	) {
		this.#limits = limits;
		this.#onGone = onGone;
	}

	/** How many documents are in memory. */
	get size(): number {
		return this.#residents.size;
	}

	/** It came into memory, or is read or written. */
	used(resident: Resident): void {
		this.#forget(resident);
		const bytes = resident.heapBytes;
		this.#residents.set(resident, { bytes, usedAt: performance.now() });
		this.#bytes += bytes;
		if (this.#bytes > this.#limits.documentsHeapBytes) this.#trimSoon();
	}

	/** It is not in memory any more. */
	gone(resident: Resident): void {
		this.#onGone(this.#forget(resident));
	}

	close(): void {
		if (this.#next) clearTimeout(this.#next);
		this.#residents.clear();
		this.#bytes = 0;
	}

	#trimSoon(): void {
		this.#next ??= setTimeout(() => {
			this.#next = null;
			this.#trim(performance.now());
		}, EVERY_MS).unref();
	}

	/** Lets go what is too much, a few at a time. */
	#trim(now: number): void {
		const { documentsHeapBytes, leastDocuments } = this.#limits;
		for (const [resident, { usedAt }] of this.#residents) {
			if (this.#bytes <= documentsHeapBytes || this.#residents.size <= leastDocuments) return;
			const restMs = this.#restMs();
			if (now - usedAt < restMs) break;
			if (resident.letGo()) this.gone(resident);
			if (performance.now() - now >= TURN_MS) break;
		}
		this.#trimSoon();
	}

	#forget(resident: Resident): number {
		const bytes = this.#residents.get(resident)?.bytes ?? 0;
		this.#bytes -= bytes;
		this.#residents.delete(resident);
		return bytes;
	}

	/** How long one has to be unused: the whole rest where they just fit, the least at twice as many. */
	#restMs(): number {
		const { documentsHeapBytes, documentRestMs } = this.#limits;
		const share = Math.max(0, 2 - this.#bytes / documentsHeapBytes);
		return Math.max(Math.min(LEAST_REST_MS, documentRestMs), documentRestMs * share);
	}
}
