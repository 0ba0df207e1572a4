import type { Limits } from './limits.ts';

/** How long to wait before something that failed is tried again: twice as long each time, up to a bound. */
export class Backoff {
	readonly #limits: Pick<Limits, 'retryFirstMs' | 'retryMaxMs'>;
	#lastMs: number | null = null;

	constructor(limits: Pick<Limits, 'retryFirstMs' | 'retryMaxMs'>) {
		this.#limits = limits;
	}

	/** Whether it has failed since it last went well. */
	get failing(): boolean {
		return this.#lastMs !== null;
	}

	/** It failed: how long to wait now, in ms. */
	failed(): number {
		const { retryFirstMs, retryMaxMs } = this.#limits;
		return (this.#lastMs = this.#lastMs === null ? retryFirstMs : Math.min(this.#lastMs * 2, retryMaxMs));
	}

	/** It went well. */
	reset(): void {
		this.#lastMs = null;
	}
}
