import { LIVE, type LivePhase } from '#domain/wire/live';
import { brokenGestureMessage } from './outbound.ts';

/** What one clientID has under way, and when a step of it was heard last. */
type Open = { readonly gestures: Set<number>; heardAt: number };

/**
 * Which gestures are under way at one document, so that none outlives its sender: a ghost whose end never comes would
 * hang on everyone's screen. A delta or an end without a begin is nobody's gesture and goes no further.
 */
export class Gestures {
	readonly #most: number;
	readonly #open = new Map<number, Open>();

	constructor(most: number) {
		this.#most = most;
	}

	/** Whether this step of a gesture may be passed on; keeps account of it. */
	step(client: number, gesture: number, phase: LivePhase, now: number): boolean {
		const open = this.#open.get(client);
		switch (phase) {
			case LIVE.begin:
				if ((open?.gestures.size ?? 0) >= this.#most) return false;
				this.#open.set(client, { gestures: (open?.gestures ?? new Set()).add(gesture), heardAt: now });
				return true;
			case LIVE.delta:
				if (!open?.gestures.has(gesture)) return false;
				open.heardAt = now;
				return true;
			case LIVE.end:
				if (!open?.gestures.delete(gesture)) return false;
				open.heardAt = now;
				if (open.gestures.size === 0) this.#open.delete(client);
				return true;
		}
	}

	/** The clientIDs of whose gestures no step was heard since then: someone may be holding still, or be gone unnoticed. */
	silentSince(then: number): readonly number[] {
		return [...this.#open].filter(([, { heardAt }]) => heardAt < then).map(([client]) => client);
	}

	/** The client is gone: the ends that it did not send. */
	leave(client: number): readonly Uint8Array[] {
		const open = this.#open.get(client);
		this.#open.delete(client);
		return [...(open?.gestures ?? [])].map((gesture) => brokenGestureMessage(client, gesture));
	}
}
