import type { WebSocket } from 'ws';

/** Why a socket is not being read right now. */
type Deafness = 'pace' | 'unsaved';

/**
 * Whether one socket is being read, and how long nothing was heard from it. While it is not read its silence means
 * nothing: it may be there or not.
 */
export class Hearing {
	readonly #ws: WebSocket;
	readonly #silentMs: number;
	readonly #why = new Set<Deafness>();
	#heardAt = performance.now();
	#ended = false;

	constructor(ws: WebSocket, silentMs: number) {
		this.#ws = ws;
		this.#silentMs = silentMs;
	}

	/** Something came. */
	heard(now: number): void {
		this.#heardAt = now;
	}

	/** Nobody could listen for so long: that silence is not the socket's. */
	excuse(forMs: number): void {
		this.#heardAt = Math.min(performance.now(), this.#heardAt + forMs);
	}

	/** `gone`: it was silent for too long. `unknown`: so it was, but nobody was reading. */
	state(now: number): 'here' | 'gone' | 'unknown' {
		if (now - this.#heardAt <= this.#silentMs) return 'here';
		return this.#why.size === 0 ? 'gone' : 'unknown';
	}

	/** Reads no further, for so long or until it is resumed for the same reason. */
	pause(why: Deafness, forMs?: number): void {
		if (this.#why.has(why)) return;
		this.#why.add(why);
		this.#ws.pause();
		if (forMs !== undefined) setTimeout(() => this.resume(why), forMs).unref();
	}

	resume(why: Deafness): void {
		if (!this.#why.delete(why) || this.#why.size > 0 || this.#ended) return;
		// From now on it can be heard, and has as long for that as any.
		this.#heardAt = performance.now();
		this.#ws.resume();
	}

	/** Reads on to the client's goodbye, whatever it was paused for. */
	end(): void {
		this.#ended = true;
		this.#ws.resume();
	}
}
