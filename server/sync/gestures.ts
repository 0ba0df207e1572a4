import { LIVE, type LivePhase } from '#domain/wire/live';
import { brokenGestureMessage } from './outbound.ts';

/**
 * Which gestures are under way at one document, so that none outlives its sender: a ghost whose end never comes would
 * hang on everyone's screen. A delta or an end without a begin is nobody's gesture and goes no further.
 */
export class Gestures {
	readonly #most: number;
	readonly #open = new Map<number, Set<number>>();

	constructor(most: number) {
		this.#most = most;
	}

	/** Whether this step of a gesture may be passed on; keeps account of it. */
	step(client: number, gesture: number, phase: LivePhase): boolean {
		const open = this.#open.get(client);
		switch (phase) {
			case LIVE.begin:
				if ((open?.size ?? 0) >= this.#most) return false;
				if (open) open.add(gesture);
				else this.#open.set(client, new Set([gesture]));
				return true;
			case LIVE.delta:
				return open?.has(gesture) ?? false;
			case LIVE.end:
				if (!open?.delete(gesture)) return false;
				if (open.size === 0) this.#open.delete(client);
				return true;
		}
	}

	/** The client is gone: the ends that it did not send. */
	leave(client: number): readonly Uint8Array[] {
		const open = this.#open.get(client);
		this.#open.delete(client);
		return [...(open ?? [])].map((gesture) => brokenGestureMessage(client, gesture));
	}
}
