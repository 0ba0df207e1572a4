import { createRequire } from 'node:module';
import { statfsSync } from 'node:fs';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Logger } from 'pino';
import { EmbeddedDatabaseStopped } from './port-stream.ts';
import type { WorkerData, WorkerReport, WorkerRequest } from './worker.ts';

/** The default stack overflows before PostgreSQL's own limit is reached, and the engine then spins for ever. */
const STACK_MB = 64;
const WATCH_EVERY_MS = 1_000;
/** A start that failed stands for all askers so long: each try takes a while, and many may wait. */
const START_AGAIN_AFTER_MS = 1_000;

// By the package's own imports, so that a bundled copy of this module finds the source that Node runs unbuilt.
const WORKER = createRequire(import.meta.url).resolve('#server/adapters/pglite/worker');

const FULL = 'the disk of DATA_DIR is full: the records can be read, but hardly be written';
const STOPPED = 'the embedded database stopped: the records can be neither read nor written until it has started again';

export type ThreadOptions = Readonly<{ dir: string; log: Logger; longestQueryMs: number }>;

/**
 * Keeps the embedded database's thread: started when first needed, started again after it died, and ended when one batch
 * runs longer than `longestQueryMs`, since no query can be cancelled.
 */
export class DatabaseThread {
	readonly #options: ThreadOptions;
	readonly #busySince = new BigInt64Array(new SharedArrayBuffer(8));
	readonly #watch: NodeJS.Timeout;
	readonly #ports = new Set<MessagePort>();
	#running: Promise<Worker> | null = null;
	/** Whether it was said in the log that the database stopped. */
	#saidDown = false;
	#room: 'full' | 'room' = 'room';
	#closing = false;
	#unwatched = 0;

	constructor(options: ThreadOptions) {
		this.#options = options;
		const every = Math.min(WATCH_EVERY_MS, Math.ceil(options.longestQueryMs / 4));
		this.#watch = setInterval(() => this.#endOverlongQuery(), every).unref();
	}

	/** A new client's port. Waits while the thread starts; rejects when it cannot. */
	async openPort(): Promise<MessagePort> {
		const worker = await this.start();
		const { port1, port2 } = new MessageChannel();
		this.#ports.add(port1);
		port1.once('close', () => this.#ports.delete(port1));
		send(worker, { port: port2 }, [port2]);
		return port1;
	}

	/** Does the work without ending a batch of it that runs long. */
	async unwatched<T>(work: () => Promise<T>): Promise<T> {
		this.#unwatched++;
		try {
			return await work();
		} finally {
			this.#unwatched--;
		}
	}

	/** The running thread, started if there is none. */
	start(): Promise<Worker> {
		if (this.#closing) return Promise.reject(new Error('The embedded database is closed'));
		this.#running ??= this.#startNew();
		return this.#running;
	}

	/** Lets the engine checkpoint and close, then waits until the thread is gone. */
	async close(): Promise<void> {
		this.#closing = true;
		clearInterval(this.#watch);
		const worker = await this.#running?.catch(() => null);
		if (!worker || this.#running === null) return;
		const gone = new Promise((resolve) => worker.once('exit', resolve));
		send(worker, { close: true });
		await gone;
	}

	async #startNew(): Promise<Worker> {
		const { dir, log } = this.#options;
		Atomics.store(this.#busySince, 0, 0n);
		const workerData: WorkerData = { dir, busySince: this.#busySince };
		const worker = new Worker(WORKER, { workerData, resourceLimits: { stackSizeMb: STACK_MB } });
		return new Promise((resolve, reject) => {
			let reason: unknown;
			let started = false;
			worker.on('message', (report: WorkerReport) => {
				if (report !== 'ready') return this.#sayRoom(report);
				started = true;
				if (this.#saidDown) log.info('the embedded database runs again');
				this.#saidDown = false;
				resolve(worker);
			});
			worker.on('error', (error) => (reason = error));
			worker.once('exit', (code) => {
				if (started) this.#running = null;
				else setTimeout(() => (this.#running = null), START_AGAIN_AFTER_MS).unref();
				// Ports of a thread that ended close by themselves, but only on a later turn of the event loop.
				for (const port of this.#ports) port.close();
				this.#ports.clear();
				if (!this.#closing && !this.#saidDown) {
					this.#saidDown = true;
					log.error({ err: reason, code, diskFreeMiB: freeMiB(dir) }, STOPPED);
				}
				reject(new EmbeddedDatabaseStopped(reason));
			});
		});
	}

	#sayRoom(room: 'full' | 'room'): void {
		if (room === this.#room) return;
		this.#room = room;
		if (room === 'full') this.#options.log.error(FULL);
		else this.#options.log.info('the records can be written again');
	}

	#endOverlongQuery(): void {
		const since = Number(Atomics.load(this.#busySince, 0));
		if (this.#unwatched > 0 || since === 0 || Date.now() - since < this.#options.longestQueryMs) return;
		const { log, longestQueryMs } = this.#options;
		log.error({ longestQueryMs }, 'a query ran too long; the embedded database is stopped');
		void this.#running?.then(
			(worker) => worker.terminate(),
			() => undefined
		);
	}
}

/** Mostly it is a full disk that stops it. */
function freeMiB(dir: string): number {
	const { bavail, bsize } = statfsSync(dir);
	return Math.floor((bavail * bsize) / 2 ** 20);
}

function send(worker: Worker, request: WorkerRequest, transfer: MessagePort[] = []): void {
	worker.postMessage(request, transfer);
}
