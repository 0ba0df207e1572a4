import { parentPort } from 'node:worker_threads';
import { StaleEpoch } from '#server/ports/document-store';

/** One question to a thread: a call by its name. Answers bear its number, and come in order. */
export type ThreadRequest = Readonly<{ id: number; ask: string; with: readonly unknown[] }>;
/** Errors lose their class on the way: the one that callers act on is told beside. */
export type ThreadAnswer =
	Readonly<{ id: number; value: unknown }> | Readonly<{ id: number; failed: string; stale: boolean }>;

type Answering<Name extends string> = Readonly<Record<Name, (...parameters: never[]) => unknown>>;

/** The inside of a thread: answers calls one after the other, and ends after the one that is named `last`. */
export function answerCalls<Name extends string>(calls: Answering<Name>, last: Name): void {
	parentPort?.on('message', ({ id, ask, with: parameters }: ThreadRequest) => {
		parentPort?.postMessage(
			outcome(id, () => (calls[ask as Name] as (...all: never[]) => unknown).apply(calls, parameters as never[]))
		);
		if (ask === last) parentPort?.close();
	});
	parentPort?.postMessage('ready');
}

function outcome(id: number, call: () => unknown): ThreadAnswer {
	try {
		return { id, value: call() };
	} catch (error) {
		const failed = error instanceof Error ? error.message : String(error);
		return { id, failed, stale: error instanceof StaleEpoch };
	}
}
