import type { PGlite } from '@electric-sql/pglite';
import { runQuietly } from './engine.ts';

const IDLE_MS = 5_000;
const MOST_BATCHES_BETWEEN = 5_000;
const CHECKPOINTS_TO_A_VACUUM = 20;

/**
 * Does what a server's background processes would: CHECKPOINT when the database has been idle, VACUUM ANALYZE now and
 * then. Never while a client is within a transaction or between its Flush and its Sync: a statement of ours there would
 * commit the client's half-done work. Nor on a full disk: a CHECKPOINT that cannot write ends the engine (PANIC), which
 * without one goes on answering whoever reads.
 */
export class Upkeep {
	readonly #engine: PGlite;
	readonly #midBatch: () => boolean;
	readonly #hasRoom: () => boolean;
	#batches = 0;
	#checkpoints = 0;
	#idle: NodeJS.Timeout | undefined;

	constructor(engine: PGlite, midBatch: () => boolean, hasRoom: () => boolean = () => true) {
		this.#engine = engine;
		this.#midBatch = midBatch;
		this.#hasRoom = hasRoom;
	}

	/** Tells it that a client's batch has run. */
	noteBatch(): void {
		clearTimeout(this.#idle);
		this.#batches++;
		if (this.#batches >= MOST_BATCHES_BETWEEN) this.run();
		this.#idle = setTimeout(() => this.run(), IDLE_MS).unref();
	}

	/** Checkpoints now, if that harms nobody. Says what it did. Throws EngineBroken, as on a full disk. */
	run(): 'checkpoint' | 'vacuum' | 'not now' {
		if (this.#midBatch() || this.#engine.isInTransaction()) return 'not now';
		this.#batches = 0;
		if (!this.#hasRoom()) {
			// So that it is noticed when there is room again, though nobody comes.
			clearTimeout(this.#idle);
			this.#idle = setTimeout(() => this.run(), IDLE_MS).unref();
			return 'not now';
		}
		runQuietly(this.#engine, 'CHECKPOINT');
		this.#checkpoints++;
		if (this.#checkpoints % CHECKPOINTS_TO_A_VACUUM !== 0) return 'checkpoint';
		runQuietly(this.#engine, 'VACUUM ANALYZE');
		return 'vacuum';
	}

	stop(): void {
		clearTimeout(this.#idle);
	}
}
