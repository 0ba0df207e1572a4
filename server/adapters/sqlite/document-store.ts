import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { StaleEpoch, type AppendResult, type DocumentStore, type NewRow } from '#server/ports/document-store';
import { inBoundedBatches } from '../bounded-batches.ts';
import { toAppendResult, type DocumentLog, type RowOutcome } from './document-log.ts';
import type { LogAnswer, LogRequest, NumberedRequest } from './worker.ts';

const WORKER = createRequire(import.meta.url).resolve('#server/adapters/sqlite/worker');

export type SqliteStoreOptions = Readonly<{ file: string; log: Logger }>;

/**
 * The document log in one SQLite file, in a thread of its own. When that thread dies, what was under way rejects and the
 * next call starts it again.
 */
export async function openSqliteDocumentStore({ file, log }: SqliteStoreOptions): Promise<DocumentStore> {
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	// SQLite gives its -wal and -shm files the mode of this one.
	fs.closeSync(fs.openSync(file, 'a', 0o600));
	const thread = new LogThread(file, log);
	await thread.start();
	return {
		async append(rows) {
			return inBoundedBatches(rows, async (batch): Promise<readonly AppendResult[]> => {
				const outcomes = await thread.append(batch);
				return outcomes.map(toAppendResult);
			});
		},
		load: (doc) => thread.ask('load', doc),
		since: (doc, after, most, epoch) => thread.ask('since', doc, after, most, epoch),
		checkpoint: (doc, seq, state) => thread.ask('checkpoint', doc, seq, state),
		moments: (doc, { before = Number.MAX_SAFE_INTEGER, most }) => thread.ask('moments', doc, before, most),
		stateAt: (doc, seq) => thread.ask('stateAt', doc, seq),
		keepSnapshot: (doc, snapshot) => thread.ask('keepSnapshot', doc, snapshot),
		dropSnapshots: (doc, seqs) => thread.ask('dropSnapshots', doc, seqs),
		dropRows: (doc, seq) => thread.ask('dropRows', doc, seq),
		renew: (doc, renewal) => thread.ask('renew', doc, renewal),
		toExamine: ({ now, restingSince, most }) => thread.ask('toExamine', now, restingSince, most),
		examined: (doc, seq, dueAt) => thread.ask('examined', doc, seq, dueAt),
		documents: (after, most) => thread.ask('documents', after, most),
		read: (doc) => thread.ask('read', doc),
		write: (kept) => thread.ask('write', kept),
		remove: (doc) => thread.ask('remove', doc),
		healthy: () =>
			thread.ask('check').then(
				() => true,
				() => false
			),
		close: () => thread.close()
	};
}

type Waiting = Readonly<{ resolve: (value: unknown) => void; reject: (error: Error) => void }>;

class LogThread {
	readonly #file: string;
	readonly #log: Logger;
	readonly #waiting = new Map<number, Waiting>();
	#running: Promise<Worker> | null = null;
	#asked = 0;
	#closing: Promise<void> | null = null;

	constructor(file: string, log: Logger) {
		this.#file = file;
		this.#log = log;
	}

	/** The rows' bytes go over in one buffer; the caller's stay usable. */
	append(rows: readonly NewRow[]): Promise<RowOutcome[]> {
		const packed = new Uint8Array(rows.reduce((bytes, { update }) => bytes + update.byteLength, 0));
		let at = 0;
		const views = rows.map((row) => {
			packed.set(row.update, at);
			const update = packed.subarray(at, at + row.update.byteLength);
			at += row.update.byteLength;
			return { ...row, update };
		});
		return this.#call('append', [views], [packed.buffer]);
	}

	/** Asks the log in its thread. Bytes are copied: the caller's stay usable. */
	ask<Name extends keyof DocumentLog>(
		name: Name,
		...parameters: Parameters<DocumentLog[Name]>
	): Promise<ReturnType<DocumentLog[Name]>> {
		return this.#call(name, parameters, []);
	}

	async #call<Name extends keyof DocumentLog>(
		name: Name,
		parameters: Parameters<DocumentLog[Name]>,
		transfer: ArrayBuffer[]
	): Promise<ReturnType<DocumentLog[Name]>> {
		if (this.#closing && name !== 'close') throw new Error('The document log is closed');
		const worker = await this.start();
		return new Promise((resolve, reject) => {
			const id = ++this.#asked;
			this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
			worker.postMessage(
				{ id, request: { ask: name, with: parameters } as LogRequest } satisfies NumberedRequest,
				transfer
			);
		});
	}

	start(): Promise<Worker> {
		this.#running ??= this.#startNew();
		return this.#running;
	}

	close(): Promise<void> {
		this.#closing ??= this.#running ? this.ask('close') : Promise.resolve();
		return this.#closing;
	}

	#startNew(): Promise<Worker> {
		const worker = new Worker(WORKER, { workerData: this.#file });
		return new Promise((resolve, reject) => {
			let reason: unknown;
			worker.on('message', (message: LogAnswer | 'ready') => {
				if (message === 'ready') resolve(worker);
				else this.#settle(message);
			});
			worker.on('error', (error) => (reason = error));
			worker.once('exit', (code) => {
				this.#running = null;
				const stopped = new Error('The document log stopped', { cause: reason });
				reject(stopped);
				for (const { reject: rejectAsked } of this.#waiting.values()) rejectAsked(stopped);
				this.#waiting.clear();
				if (!this.#closing)
					this.#log.error({ err: reason, code }, 'the document log stopped; it starts again when asked');
			});
		});
	}

	#settle(answer: LogAnswer): void {
		const waiting = this.#waiting.get(answer.id);
		this.#waiting.delete(answer.id);
		if ('failed' in answer) waiting?.reject(answer.stale ? new StaleEpoch(answer.failed) : new Error(answer.failed));
		else waiting?.resolve(answer.value);
	}
}
