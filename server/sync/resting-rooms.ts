/** Which rooms have just committed, and wakes those that want to again when their rest is over. */
export class RestingRooms<Room extends object> {
	readonly #wake: (room: Room) => void;
	/** Until when they rest. */
	readonly #rests = new WeakMap<Room, number>();
	readonly #waiting = new Map<Room, NodeJS.Timeout>();
	#ended = false;

	constructor(wake: (room: Room) => void) {
		this.#wake = wake;
	}

	/** It commits now. */
	rest(room: Room, forMs: number): void {
		if (!this.#ended) this.#rests.set(room, performance.now() + forMs);
	}

	/** It wants to commit: whether it rests still, and is woken later. */
	holds(room: Room): boolean {
		if (this.#waiting.has(room)) return true;
		const leftMs = (this.#rests.get(room) ?? 0) - performance.now();
		if (leftMs <= 0 || this.#ended) return false;
		this.#waiting.set(
			room,
			setTimeout(() => {
				this.#waiting.delete(room);
				this.#wake(room);
			}, leftMs)
		);
		return true;
	}

	/** Those that are to be woken. */
	waiting(): Iterable<Room> {
		return this.#waiting.keys();
	}

	/** Wakes all at once; nobody rests any more. */
	end(): void {
		this.#ended = true;
		for (const [room, timer] of [...this.#waiting]) {
			clearTimeout(timer);
			this.#wake(room);
		}
		this.#waiting.clear();
	}
}
