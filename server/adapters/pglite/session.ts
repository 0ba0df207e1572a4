import type { PGlite } from '@electric-sql/pglite';
import type { MessagePort } from 'node:worker_threads';
import { askWhole, EngineBroken, runQuietly } from './engine.ts';
import { ClientBytes, endsSession, LastWords, NO_ENCRYPTION, refusal } from './protocol.ts';

const ANSWER_BYTES = 256 * 1024;

export type SessionOptions = Readonly<{
	engine: PGlite;
	port: MessagePort;
	/** Called around each batch of the client's. */
	onBusy: (busy: boolean) => void;
	/** The engine itself has failed; everything must start anew. */
	onFatal: () => void;
}>;

/**
 * One client of the embedded database, speaking the ordinary protocol over a port; `null` on the port ends it. An engine
 * that breaks under it ends the thread, by \`onFatal\` or an EngineBroken that nobody catches.
 */
export class Session {
	readonly #options: SessionOptions;
	readonly #client = new ClientBytes();
	#settled = true;
	#ended = false;

	constructor(options: SessionOptions) {
		this.#options = options;
		options.port.on('message', (piece: Uint8Array | null) => (piece ? this.#take(piece) : this.#end()));
		options.port.on('close', () => this.#end());
	}

	/** Whether the client has sent a Flush and not yet the Sync after it. */
	get midBatch(): boolean {
		return !this.#ended && !this.#settled;
	}

	#take(piece: Uint8Array): void {
		const { engine } = this.#options;
		for (const event of this.#client.take(piece)) {
			if (this.#ended) return;
			if (event.is === 'encryption') this.#send([NO_ENCRYPTION]);
			else if (event.is === 'startup') this.#send([askWhole(engine, new Uint8Array(event.bytes))]);
			else if (event.is === 'copy-in') this.#refuseCopy();
			else if (event.is === 'batch') this.#run(event.bytes, event.settled);
			else this.#end();
		}
	}

	#run(batch: Uint8Array, settled: boolean): void {
		const { engine, onBusy, onFatal } = this.#options;
		let answers: Uint8Array[] = [];
		let bytes = 0;
		let fatal = false;
		const words = new LastWords();
		const flush = () => {
			this.#send(answers);
			answers = [];
			bytes = 0;
		};
		// Before the upkeep hears of it, which asks whether the client is settled.
		this.#settled = settled;
		onBusy(true);
		try {
			// Runs before it returns: the promise it answers with is about the file system's own syncing, which is off.
			void engine.execProtocolRawStream(batch, {
				syncToFs: false,
				onRawData: (answer) => {
					answers.push(answer.slice()); // a view of the engine's memory
					words.note(answer);
					bytes += answer.length;
					fatal ||= endsSession(answer);
					if (fatal || bytes > ANSWER_BYTES) flush();
					if (fatal) onFatal(); // ends the thread: after a FATAL the engine never returns from this call
				}
			});
			// Not sent on: half an answer could be taken for a whole one.
			if (settled && !words.areReady) throw new EngineBroken('It did not end its answer');
			flush();
		} finally {
			onBusy(false);
		}
	}

	#refuseCopy(): void {
		const { engine } = this.#options;
		this.#settled = true;
		const why = 'COPY FROM STDIN is not available on the embedded database';
		this.#send([refusal('0A000', why, engine.isInTransaction())]);
	}

	#send(answers: readonly Uint8Array[]): void {
		if (answers.length === 0) return;
		const joined = new Uint8Array(Buffer.concat(answers));
		this.#options.port.postMessage(joined, [joined.buffer]);
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		const { engine, port } = this.#options;
		// A Flush without its Sync has left work that only a Sync or a rollback lets go of.
		if (engine.isInTransaction() || !this.#settled) runQuietly(engine, 'ROLLBACK');
		runQuietly(engine, 'DISCARD ALL');
		port.close();
	}
}
