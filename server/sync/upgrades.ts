import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { REFUSALS, Refused } from '#domain/refusal';
import { CLOSE, type CloseCode, type TransientReason } from '#domain/wire/close-codes';
import type { Log } from '#server/log';
import type { Counts } from './counts.ts';
import type { Limits } from './limits.ts';

/** A socket before its upgrade. */
export type Arriving = Readonly<{ socket: Duplex; req: IncomingMessage; head: Buffer; doc: string }>;

/** A message longer than this ends a socket that was turned away: room for a goodbye. */
const STRANGER_BYTES = 1_024;

/** What ws itself ends a socket with: broken frames, words that are no UTF-8, a message over the bound. Clients know ours. */
const OURS = new Map<number | undefined, CloseCode>([
	[1002, CLOSE.malformed],
	[1007, CLOSE.malformed],
	[1009, CLOSE.tooLarge]
]);
class BoundedSocket extends WebSocket {
	override close(code?: number, reason?: string | Buffer): void {
		super.close(OURS.get(code) ?? code, reason);
	}
}

type Deps = Readonly<{ limits: Pick<Limits, 'stepTwoBytes' | 'goodbyeMs'>; counts: Counts; log: Log }>;

/** Takes sockets over from HTTP: to let them in, or to tell them why they go no further. */
export class Upgrades {
	readonly #deps: Deps;
	readonly #sockets: WebSocketServer;
	readonly #strangers: WebSocketServer;

	constructor(deps: Deps) {
		this.#deps = deps;
		this.#sockets = new WebSocketServer({
			noServer: true,
			clientTracking: false,
			perMessageDeflate: false,
			WebSocket: BoundedSocket,
			// A step 2 and what stands around it.
			maxPayload: deps.limits.stepTwoBytes + 64
		});
		this.#strangers = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: STRANGER_BYTES });
	}

	/** What is wrong with the request itself is answered by HTTP, and `onOpen` never called. */
	letIn({ socket, req, head, doc }: Arriving, onOpen: (ws: WebSocket) => void): void {
		this.#sockets.handleUpgrade(req, socket, head, (ws) => {
			// Without a listener an error of one socket would end the process. What it means is told by 'close'.
			ws.on('error', (error) => this.#deps.log.debug({ err: error, doc }, 'a socket failed'));
			onOpen(ws);
		});
	}

	/** Upgrades only to say why it goes no further: nothing that it says is taken in, and its goodbye is not waited for long. */
	turnAway({ socket, req, doc }: Arriving, code: CloseCode, reason?: TransientReason): void {
		const { counts, limits, log } = this.#deps;
		this.#strangers.handleUpgrade(req, socket, Buffer.alloc(0), (ws) => {
			ws.on('error', (error) => log.debug({ err: error, doc }, 'a socket failed that was turned away'));
			counts.close(code);
			ws.close(code, reason);
			const terminate = setTimeout(() => ws.terminate(), limits.goodbyeMs);
			ws.once('close', () => clearTimeout(terminate));
		});
	}
}

/** What a socket is told that could not be admitted. */
export function closeOf(error: unknown): [code: CloseCode, reason?: TransientReason] {
	if (!(error instanceof Refused)) return [CLOSE.tryAgain, 'disk'];
	const refusal: Readonly<{ http: number; close?: CloseCode }> = REFUSALS[error.code];
	return [refusal.close ?? CLOSE.malformed];
}
