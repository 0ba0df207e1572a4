import type { Duplex } from 'node:stream';
import type { Counts } from './counts.ts';
import type { Limits } from './limits.ts';

/** What is written to one socket, and how much of it may be unsent before it counts as one that does not read. */
export class Outflow {
	/** Below the WebSocket: ready frames are written to it directly. */
	readonly #socket: Duplex;
	readonly #limits: Pick<Limits, 'backlogBytes' | 'fleetingBytes'>;
	/** Unsent bytes it may have. */
	#mayOwe: number;
	#wroteAt = performance.now();

	readonly #counts: Pick<Counts, 'writes' | 'writtenBytes'>;

	constructor(
		socket: Duplex,
		limits: Pick<Limits, 'backlogBytes' | 'fleetingBytes'>,
		counts: Pick<Counts, 'writes' | 'writtenBytes'>
	) {
		this.#counts = counts;
		this.#socket = socket;
		this.#limits = limits;
		this.#mayOwe = limits.backlogBytes;
	}

	/** When something was written last. */
	get wroteAt(): number {
		return this.#wroteAt;
	}

	/** Whether it keeps up well enough for what may be left out. */
	get keepsUp(): boolean {
		return this.#socket.writableLength <= this.#limits.fleetingBytes;
	}

	/** False, with nothing written, when too much is unsent. */
	write(frames: Uint8Array): boolean {
		const owed = this.#socket.writableLength;
		if (owed <= this.#limits.backlogBytes) this.#mayOwe = this.#limits.backlogBytes;
		if (owed > this.#mayOwe) return false;
		this.#wroteAt = performance.now();
		this.#counts.writes++;
		this.#counts.writtenBytes += frames.length;
		this.#socket.write(frames);
		return true;
	}

	/** One answer may be owed beside the usual; who asks again while the last one is unsent is not reading. */
	writeAnswer(frames: Uint8Array): boolean {
		if (this.#socket.writableLength > this.#limits.backlogBytes || !this.write(frames)) return false;
		this.#mayOwe += frames.length;
		return true;
	}
}
