import { KIND } from '../../../domain/wire/kinds.ts';

/** y-protocols/sync: step 1 asks and needs no answer of "saved"; step 2 and update carry work. */
const STEP_1 = 0;

/** Whether a frame carries this side's own work, so that the server will say when it is durable. */
export function carriesWork(frame: unknown): boolean {
	const bytes = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
	// Kinds and sync steps are below 128, so each is one byte.
	return bytes instanceof Uint8Array && bytes[0] === KIND.sync && bytes[1] !== STEP_1;
}

/**
 * A WebSocket that tells of each frame of work it sends. y-websocket sends in three places and offers no hook; the socket
 * itself is the one place that all of them pass.
 */
export function countingSocket(Base: typeof WebSocket, onWork: () => void): typeof WebSocket {
	return class extends Base {
		override send(data: Parameters<WebSocket['send']>[0]): void {
			// Counted before it leaves: the answer must never be the first to know.
			if (carriesWork(data)) onWork();
			super.send(data);
		}
	};
}
