import { parentPort, workerData } from 'node:worker_threads';
import type { NewRow } from '#server/ports/document-store';
import { DocumentLog } from './document-log.ts';

/** The thread of the document log: one request, one answer with the request's number, in order. */
export type LogRequest =
	| Readonly<{ ask: 'append'; rows: readonly NewRow[] }>
	| Readonly<{ ask: 'load'; doc: string }>
	| Readonly<{ ask: 'since'; doc: string; after: number; most: number | undefined }>
	| Readonly<{ ask: 'checkpoint'; doc: string; seq: number; state: Uint8Array }>
	| Readonly<{ ask: 'remove'; doc: string }>
	| Readonly<{ ask: 'check' }>
	| Readonly<{ ask: 'close' }>;
export type NumberedRequest = Readonly<{ id: number; request: LogRequest }>;
export type LogAnswer = Readonly<{ id: number; value: unknown }> | Readonly<{ id: number; failed: string }>;

const log = new DocumentLog(workerData as string);

parentPort?.on('message', ({ id, request }: NumberedRequest) => {
	try {
		answer({ id, value: perform(request) });
	} catch (error) {
		answer({ id, failed: error instanceof Error ? error.message : String(error) });
	}
	if (request.ask === 'close') parentPort?.close();
});
parentPort?.postMessage('ready');

function perform(request: LogRequest): unknown {
	switch (request.ask) {
		case 'append':
			return log.append(request.rows);
		case 'load':
			return log.load(request.doc);
		case 'since':
			return log.since(request.doc, request.after, request.most);
		case 'checkpoint':
			return log.checkpoint(request.doc, request.seq, request.state);
		case 'remove':
			return log.remove(request.doc);
		case 'check':
			return log.check();
		case 'close':
			return log.close();
	}
}

function answer(message: LogAnswer): void {
	parentPort?.postMessage(message);
}
