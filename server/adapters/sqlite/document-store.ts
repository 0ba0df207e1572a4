import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Logger } from 'pino';
import type { AppendResult, DocumentStore, NewRow } from '#server/ports/document-store';
import { AskedThread } from '../asked-thread.ts';
import { inBoundedBatches } from '../bounded-batches.ts';
import { toAppendResult, type RowOutcome } from './document-log.ts';
import type { LogCalls } from './worker.ts';

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
	const thread = new AskedThread<LogCalls>({
		file: WORKER,
		workerData: file,
		name: 'The document log',
		onStopped: (err, code) => log.error({ err, code }, 'the document log stopped; it starts again when asked')
	});
	await thread.start();
	/** What was done is done: its asker is not told of this, nor kept waiting. */
	const emptyJournal = (): void => {
		thread
			.ask('emptyJournal', [])
			.catch((err: unknown) => log.warn({ err }, 'what was removed still lies in the journal of the document log'));
	};
	return {
		async append(rows) {
			return inBoundedBatches(rows, async (batch): Promise<readonly AppendResult[]> => {
				const outcomes = await appendIn(thread, batch);
				return outcomes.map(toAppendResult);
			});
		},
		load: (doc) => thread.ask('load', [doc]),
		epochsOf: (docs) => thread.ask('epochsOf', [docs]),
		since: (doc, after, most, epoch) => thread.ask('since', [doc, after, most, epoch]),
		checkpoint: (doc, epoch, seq, state) => thread.ask('checkpoint', [doc, epoch, seq, state]),
		moments: (doc, { before = Number.MAX_SAFE_INTEGER, most }) => thread.ask('moments', [doc, before, most]),
		stateAt: (doc, seq) => thread.ask('stateAt', [doc, seq]),
		keepSnapshot: (doc, epoch, snapshot) => thread.ask('keepSnapshot', [doc, epoch, snapshot]),
		dropSnapshots: (doc, epoch, seqs) => thread.ask('dropSnapshots', [doc, epoch, seqs]),
		dropRows: (doc, epoch, seq) => thread.ask('dropRows', [doc, epoch, seq]),
		stage: (doc, epoch, past, snapshot) => thread.ask('stage', [doc, epoch, past, snapshot]),
		unstage: (doc, past) => thread.ask('unstage', [doc, past]),
		async renew(doc, renewal) {
			const done = await thread.ask('renew', [doc, renewal]);
			if (done) emptyJournal();
			return done;
		},
		toExamine: ({ now, restingSince, most }) => thread.ask('toExamine', [now, restingSince, most]),
		examined: (doc, epoch, seq, dueAt) => thread.ask('examined', [doc, epoch, seq, dueAt]),
		documents: (after, most) => thread.ask('documents', [after, most]),
		read: (doc) => thread.ask('read', [doc]),
		write: (kept) => thread.ask('write', [kept]),
		async remove(doc) {
			await thread.ask('remove', [doc]);
			emptyJournal();
		},
		healthy: () =>
			thread.ask('check', []).then(
				() => true,
				() => false
			),
		async close() {
			await thread.close('close');
		}
	};
}

/** The rows' bytes go over in one buffer; the caller's stay usable. */
function appendIn(thread: AskedThread<LogCalls>, rows: readonly NewRow[]): Promise<RowOutcome[]> {
	const packed = new Uint8Array(rows.reduce((bytes, { update }) => bytes + update.byteLength, 0));
	let at = 0;
	const views = rows.map((row) => {
		packed.set(row.update, at);
		const update = packed.subarray(at, at + row.update.byteLength);
		at += row.update.byteLength;
		return { ...row, update };
	});
	return thread.ask('append', [views], [packed.buffer]);
}
