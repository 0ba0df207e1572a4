import { once } from 'node:events';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import {
	messageYjsSyncStep1,
	messageYjsSyncStep2,
	messageYjsUpdate,
	writeSyncStep1,
	writeSyncStep2
} from 'y-protocols/sync';
import * as Y from 'yjs';
import { KIND, SCHEMA } from '#domain/wire/kinds';
import { readSaved } from '#domain/wire/saved';

const NOTHING = new Y.Doc();

/** A socket at a board that keeps no document: what arrives is handed on as bytes, what leaves was encoded before. */
export class BoardSocket {
	/** Told of each update (not of the step 2 at the start). */
	onUpdate: (update: Uint8Array) => void = () => undefined;
	readonly #socket: WebSocket;
	readonly #watchers = new Set<() => void>();
	#sent = 0;
	#saved = 0;
	#joined = false;

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.binaryType = 'nodebuffer';
		socket.on('message', (data: Buffer) => this.#hear(data));
	}

	/** Comes to the board, and settles when its content has arrived. */
	static async join(url: string, sync: string, cookie: string): Promise<BoardSocket> {
		const address = `${url.replace(/^http/, 'ws')}${sync}?nabij=1&schema=${SCHEMA}`;
		const socket = new WebSocket(address, { headers: { cookie }, perMessageDeflate: false });
		const its = new BoardSocket(socket);
		await once(socket, 'open');
		socket.send(syncMessage((encoder) => writeSyncStep1(encoder, NOTHING)));
		await its.#until(() => its.#joined);
		return its;
	}

	/** Sends an encoded update message. */
	send(message: Uint8Array): void {
		this.#sent++;
		this.#socket.send(message);
	}

	/** Settles when everything sent is durable. */
	saved(): Promise<void> {
		return this.#until(() => this.#saved >= this.#sent);
	}

	/** Says goodbye and waits until the socket is gone. */
	async close(): Promise<void> {
		const closed = once(this.#socket, 'close');
		this.#socket.close();
		await closed;
	}

	#until(condition: () => boolean): Promise<void> {
		return new Promise((settled, failed) => {
			const look = (): void => {
				if (!condition()) return;
				this.#watchers.delete(look);
				this.#socket.off('close', closed);
				settled();
			};
			const closed = (code: number, reason: Buffer): void =>
				failed(new Error(`the server closed a socket: ${code} ${reason.toString()}`));
			this.#socket.once('close', closed);
			this.#watchers.add(look);
			look();
		});
	}

	#hear(data: Buffer): void {
		const decoder = decoding.createDecoder(data);
		const kind = decoding.readVarUint(decoder);
		if (kind === KIND.saved) this.#saved = readSaved(decoder);
		else if (kind === KIND.sync) this.#hearSync(decoder);
		for (const look of this.#watchers) look();
	}

	#hearSync(decoder: decoding.Decoder): void {
		const step = decoding.readVarUint(decoder);
		if (step === messageYjsUpdate) this.onUpdate(decoding.readVarUint8Array(decoder));
		else if (step === messageYjsSyncStep2) this.#joined = true;
		else if (step === messageYjsSyncStep1) this.send(syncMessage((encoder) => writeSyncStep2(encoder, NOTHING)));
	}
}

function syncMessage(write: (encoder: encoding.Encoder) => void): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.sync);
	write(encoder);
	return encoding.toUint8Array(encoder);
}
