import { parentPort, workerData } from 'node:worker_threads';
import { StaleEpoch } from '#server/ports/document-store';
import { DocumentLog } from './document-log.ts';

type Call = {
	[Name in keyof DocumentLog]: Readonly<{ ask: Name; with: Parameters<DocumentLog[Name]> }>;
}[keyof DocumentLog];

/** The thread of the document log: one call of {@link DocumentLog}, one answer with the call's number, in order. */
export type LogRequest = Call;
export type NumberedRequest = Readonly<{ id: number; request: LogRequest }>;
export type LogAnswer =
	Readonly<{ id: number; value: unknown }> | Readonly<{ id: number; failed: string; stale: boolean }>;

const log = new DocumentLog(workerData as string);

parentPort?.on('message', ({ id, request }: NumberedRequest) => {
	try {
		answer({ id, value: perform(request) });
	} catch (error) {
		const failed = error instanceof Error ? error.message : String(error);
		answer({ id, failed, stale: error instanceof StaleEpoch });
	}
	if (request.ask === 'close') parentPort?.close();
});
parentPort?.postMessage('ready');

function perform(request: LogRequest): unknown {
	// TypeScript cannot see that name and parameters belong together.
	const call = log[request.ask] as (...parameters: readonly unknown[]) => unknown;
	return call.apply(log, [...request.with]);
}

function answer(message: LogAnswer): void {
	parentPort?.postMessage(message);
}
