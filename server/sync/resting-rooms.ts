/** A room that committed, until it may again. `waits`: it has something to commit by then. */
type Rest = { readonly untilMs: number; waits: boolean };

/** Which rooms have just committed, and wakes those that want to again when their tick is over. */
export class RestingRooms<Room extends object> {
	readonly #tickMs: number;
	readonly #wake: (room: Room) => void;
	/** In the order in which their rests end, since all last equally long. */
	readonly #rests = new Map<Room, Rest>();
	#timer: NodeJS.Timeout | null = null;
	#ended = false;

	constructor(tickMs: number, wake: (room: Room) => void) {
		this.#tickMs = tickMs;
		this.#wake = wake;
	}

	/** It commits now. */
	rest(room: Room): void {
		if (this.#ended) return;
		this.#sweep();
		this.#rests.delete(room);
		this.#rests.set(room, { untilMs: performance.now() + this.#tickMs, waits: false });
	}

	/** It wants to commit: whether it rests still, and is woken later. */
	holds(room: Room): boolean {
		const rest = this.#rests.get(room);
		if (!rest) return false;
		const leftMs = rest.untilMs - performance.now();
		if (leftMs <= 0) {
			this.#rests.delete(room);
			return false;
		}
		rest.waits = true;
		this.#timer ??= setTimeout(() => this.#tick(), leftMs);
		return true;
	}

	/** Those that are to be woken. */
	*waiting(): Iterable<Room> {
		for (const [room, { waits }] of this.#rests) if (waits) yield room;
	}

	/** Wakes all at once; nobody rests any more. */
	end(): void {
		this.#ended = true;
		if (this.#timer) clearTimeout(this.#timer);
		const waiting = [...this.waiting()];
		this.#rests.clear();
		for (const room of waiting) this.#wake(room);
	}

	#tick(): void {
		this.#timer = null;
		this.#sweep();
		for (const [, { untilMs, waits }] of this.#rests) {
			if (!waits) continue;
			this.#timer = setTimeout(() => this.#tick(), Math.max(0, untilMs - performance.now()));
			return;
		}
	}

	/** Ends the rests that are over. Timers come up to a millisecond early: who is as near as that is not waited for again. */
	#sweep(): void {
		const now = performance.now() + 1;
		for (const [room, { untilMs, waits }] of this.#rests) {
			if (untilMs > now) return;
			this.#rests.delete(room);
			if (waits) this.#wake(room);
		}
	}
}
