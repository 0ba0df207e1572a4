import { performance as ofNode } from 'node:perf_hooks';
import v8 from 'node:v8';

const MIB = 1024 * 1024;

/** Less than this is not worth the pause. */
const ENOUGH_BYTES = 16 * MIB;
/** Collecting holds everyone up, by some two milliseconds a MiB that is still used: a heap that may be so large is left to V8. */
const MOST_USED_BYTES = 384 * MIB;
/** How often it is looked for a moment in which hardly anybody would notice, and how little is done in one. */
const LOOK_MS = 250;
const QUIET_SHARE = 0.1;
/** Between two collections lies so long, and so many times as long as one took. */
const REST_MS = 2_000;
const REST_TIMES = 30;

/** What the process can tell of itself, and do. */
export type Heap = Readonly<{
	/** Collects what is not used, and gives its pages back to the system. */
	collect: () => void;
	/** What is in use, and what was and is not collected yet. */
	usedBytes: () => number;
	/** The share of the time since it was last asked in which this thread worked. */
	busyShare: () => number;
}>;

/**
 * Gives the memory of what is gone back to the system. V8 keeps the pages that it once had for as long as it lives: a crowd
 * of an hour would be paid for until the next start. It is told to let go of them in a quiet moment.
 */
export class SpareMemory {
	readonly #heap: Heap | null;
	#freed = 0;
	#timer: NodeJS.Timeout | null = null;
	#notBefore = 0;

	/** `heap`: null where the process may not collect. */
	constructor(heap: Heap | null) {
		this.#heap = heap;
	}

	/** About so much is not used any more. */
	freed(bytes: number): void {
		this.#freed += bytes;
		if (!this.#heap || this.#timer || this.#freed < ENOUGH_BYTES) return;
		this.#heap.busyShare();
		const { collect, usedBytes, busyShare } = this.#heap;
		this.#timer = setInterval(() => {
			if (busyShare() > QUIET_SHARE || performance.now() < this.#notBefore) return;
			this.close();
			this.#freed = 0;
			if (usedBytes() > MOST_USED_BYTES) return;
			const from = performance.now();
			collect();
			const now = performance.now();
			this.#notBefore = now + Math.max(REST_MS, (now - from) * REST_TIMES);
		}, LOOK_MS).unref();
	}

	close(): void {
		if (this.#timer) clearInterval(this.#timer);
		this.#timer = null;
	}
}

/** This process; null when it was started without `--expose-gc`. */
export function ownHeap(): Heap | null {
	const { gc } = globalThis;
	if (!gc) return null;
	let last = ofNode.eventLoopUtilization();
	return {
		// Any other kind keeps the pages.
		collect: () => gc({ type: 'major', flavor: 'last-resort', execution: 'sync' }),
		usedBytes: () => v8.getHeapStatistics().used_heap_size,
		busyShare() {
			const now = ofNode.eventLoopUtilization();
			const { utilization } = ofNode.eventLoopUtilization(now, last);
			last = now;
			return utilization;
		}
	};
}
