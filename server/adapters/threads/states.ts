import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import type { States } from '#server/ports/states';
import { AskedThread } from '../asked-thread.ts';
import type { StatesCalls } from './states-worker.ts';

const WORKER = createRequire(import.meta.url).resolve('#server/adapters/threads/states-worker');

/** Computes with whole documents in a thread that starts with the first question. */
export function createStates({ log }: { readonly log: Logger }): States {
	const thread = new AskedThread<StatesCalls>({
		file: WORKER,
		name: 'The thread for whole documents',
		onStopped: (err, code) =>
			log.error({ err, code }, 'the thread for whole documents stopped; it starts again when asked')
	});
	return {
		merged: (updates) => thread.ask('merged', [updates]),
		packed: (updates) => thread.ask('packed', [updates]),
		fresh: (updates) => thread.ask('fresh', [updates]),
		touched: (updates, later) => thread.ask('touched', [updates, later]),
		restored: (now, then, restoring) => thread.ask('restored', [now, then, restoring]),
		leaving: (updates, before, seen) => thread.ask('leaving', [updates, before, seen]),
		purgedMoment: (updates, left, readable) => thread.ask('purgedMoment', [updates, left, readable]),
		purged: (updates, left, seen) => thread.ask('purged', [updates, left, seen]),
		async close() {
			await thread.close('end');
		}
	};
}
