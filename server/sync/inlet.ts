import type { RawData, WebSocket } from 'ws';
import { CLOSE, type CloseCode, type TransientReason } from '#domain/wire/close-codes';
import type { Counts } from './counts.ts';
import type { Hearing } from './hearing.ts';
import { readInbound, type Inbound } from './inbound.ts';
import type { Limits } from './limits.ts';
import { Pace } from './pace.ts';

type Deps = Readonly<{
	limits: Limits;
	counts: Counts;
	hearing: Hearing;
	/** It gave a sign of life. */
	onHeard: (now: number) => void;
	onMessage: (message: Inbound) => void;
	/** It says what nobody may, or more than anyone may. */
	onWrong: (code: CloseCode, reason?: TransientReason) => void;
}>;

/** What one socket says: no faster than it may, each message read and counted. */
export class Inlet {
	readonly #deps: Deps;
	readonly #pace: Pace;
	#closed = false;

	constructor(ws: WebSocket, deps: Deps) {
		this.#deps = deps;
		this.#pace = new Pace(deps.limits.messagesPerSecond, deps.limits.rateSeconds);
		ws.on('message', (data, isBinary) => this.#take(data, isBinary));
		ws.on('pong', () => deps.onHeard(performance.now()));
		ws.on('ping', () => deps.onHeard(performance.now()));
	}

	/** What comes after this was said in vain. */
	close(): void {
		this.#closed = true;
	}

	#take(data: RawData, isBinary: boolean): void {
		if (this.#closed) return;
		const { hearing, counts, onHeard, onMessage, onWrong } = this.#deps;
		const now = performance.now();
		onHeard(now);
		const pace = this.#pace.step(now);
		if (pace === 'end') return onWrong(CLOSE.tryAgain, 'rate');
		if (pace !== 'go') hearing.pause('pace', pace.waitMs);
		const message = isBinary && Buffer.isBuffer(data) ? this.#read(data) : null;
		counts.hear(message?.is ?? 'malformed');
		if (message) onMessage(message);
		else onWrong(CLOSE.malformed);
	}

	#read(data: Buffer): Inbound | null {
		try {
			// A copy: what ws hands over lies in a larger buffer, and decoders do not stop at its end.
			return readInbound(new Uint8Array(data), this.#deps.limits);
		} catch {
			return null;
		}
	}
}
