import { Worker } from 'node:worker_threads';
import { StaleEpoch } from '#server/ports/document-store';
import type { ThreadAnswer, ThreadRequest } from './answering-thread.ts';

/** What can be asked of a thread: calls by name, each with parameters and an answer that can cross over. */
export type Calls = { readonly [name: string]: (...parameters: never[]) => unknown };

type Options = Readonly<{
	file: string;
	workerData?: unknown;
	/** What it is called where an error names it. */
	name: string;
	/** It ended without being asked to. */
	onStopped: (reason: unknown, code: number) => void;
}>;

type Waiting = Readonly<{ resolve: (value: unknown) => void; reject: (error: Error) => void }>;

/**
 * A thread of its own that answers one question after the other. When it dies, what was under way rejects, and the next
 * question starts it again.
 */
export class AskedThread<Asked extends Calls> {
	readonly #options: Options;
	readonly #waiting = new Map<number, Waiting>();
	#running: Promise<Worker> | null = null;
	#asked = 0;
	#closing: Promise<unknown> | null = null;

	constructor(options: Options) {
		this.#options = options;
	}

	/** Bytes are copied, so that the caller's stay usable, but for what is in `transfer`. */
	async ask<Name extends keyof Asked & string>(
		name: Name,
		parameters: Parameters<Asked[Name]>,
		transfer: ArrayBuffer[] = []
	): Promise<ReturnType<Asked[Name]>> {
		if (this.#closing) throw new Error(`${this.#options.name} is closed`);
		return this.#call(name, parameters, transfer);
	}

	async #call<Name extends keyof Asked & string>(
		name: Name,
		parameters: Parameters<Asked[Name]>,
		transfer: ArrayBuffer[]
	): Promise<ReturnType<Asked[Name]>> {
		const worker = await this.start();
		return new Promise((resolve, reject) => {
			const id = ++this.#asked;
			this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
			worker.postMessage({ id, ask: name, with: parameters } satisfies ThreadRequest, transfer);
		});
	}

	start(): Promise<Worker> {
		this.#running ??= this.#startNew();
		return this.#running;
	}

	/** Asks a last question, then ends. */
	close<Name extends keyof Asked & string>(last: Name, ...parameters: Parameters<Asked[Name]>): Promise<unknown> {
		this.#closing ??= this.#running ? this.#call(last, parameters, []) : Promise.resolve();
		return this.#closing;
	}

	#startNew(): Promise<Worker> {
		const { file, workerData, name, onStopped } = this.#options;
		const worker = new Worker(file, { workerData });
		return new Promise((resolve, reject) => {
			let reason: unknown;
			worker.on('message', (message: ThreadAnswer | 'ready') => {
				if (message === 'ready') resolve(worker);
				else this.#settle(message);
			});
			worker.on('error', (error) => (reason = error));
			worker.once('exit', (code) => {
				this.#running = null;
				const stopped = new Error(`${name} stopped`, { cause: reason });
				reject(stopped);
				for (const { reject: rejectAsked } of this.#waiting.values()) rejectAsked(stopped);
				this.#waiting.clear();
				if (!this.#closing) onStopped(reason, code);
			});
		});
	}

	#settle(answer: ThreadAnswer): void {
		const waiting = this.#waiting.get(answer.id);
		this.#waiting.delete(answer.id);
		if (!('failed' in answer)) waiting?.resolve(answer.value);
		else waiting?.reject(answer.stale ? new StaleEpoch(answer.failed) : new Error(answer.failed));
	}
}
