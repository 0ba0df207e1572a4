/**
 * The client's half of PostgreSQL's wire protocol, as far as a middleman must know it.
 *
 * A client opens with a packet that has no type byte: length, code, rest. Codes ask for encryption (answered with one
 * 'N', and the client goes on in the clear), for a cancel (nothing here can be cancelled), or are the protocol version,
 * which starts the session. Then come messages: type byte, length that counts itself, body. The engine runs in the same
 * thread as its caller and cannot wait for the rest of a message, nor for a message that the rest of a batch brings, so it
 * is handed whole batches only: up to the last Query, Sync, Flush, CopyDone or CopyFail that has arrived.
 */
export type ClientEvent =
	| Readonly<{ is: 'encryption' }>
	| Readonly<{ is: 'startup'; bytes: Uint8Array }>
	/** `settled`: the batch ends with Query or Sync, so nothing of the client's hangs in the air after it. */
	| Readonly<{ is: 'batch'; bytes: Uint8Array; settled: boolean }>
	/** A COPY FROM STDIN: the engine would end the session, since it cannot wait for the data. */
	| Readonly<{ is: 'copy-in' }>
	| Readonly<{ is: 'end' }>;

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const COPY_FROM_STDIN = /\bcopy\b[\s\S]*\bfrom\s+stdin\b/i;
/** Longer statements are not looked through: none of ours that is a COPY is that long. */
const LONGEST_COPY_STATEMENT = 4096;

/** Cuts one client's bytes, in whatever pieces they come, into events. */
export class ClientBytes {
	#waiting: Buffer = Buffer.alloc(0);
	#started = false;
	#refusing = false;

	*take(piece: Uint8Array): Generator<ClientEvent> {
		const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
		this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
		while (!this.#started) {
			const packet = this.#takePacket();
			if (!packet) return;
			const code = packet.readInt32BE(4);
			if (code === CANCEL_REQUEST) {
				yield { is: 'end' };
				return;
			}
			if (code === SSL_REQUEST || code === GSS_REQUEST) yield { is: 'encryption' };
			else {
				this.#started = true;
				yield { is: 'startup', bytes: packet };
			}
		}
		yield* this.#takeMessages();
	}

	#takePacket(): Buffer | null {
		if (this.#waiting.length < 8) return null;
		const length = this.#waiting.readInt32BE(0);
		if (this.#waiting.length < length) return null;
		const packet = this.#waiting.subarray(0, length);
		this.#waiting = this.#waiting.subarray(length);
		return packet;
	}

	*#takeMessages(): Generator<ClientEvent> {
		let start = 0;
		let at = 0;
		let ready = 0;
		let settled = true;
		const batch = (): ClientEvent[] =>
			ready > start ? [{ is: 'batch', bytes: this.#waiting.subarray(start, ready), settled }] : [];
		while (this.#waiting.length - at >= 5) {
			const end = at + 1 + this.#waiting.readInt32BE(at + 1);
			if (this.#waiting.length < end) break;
			const type = String.fromCharCode(this.#waiting[at] ?? 0);
			if (type === 'X') {
				yield* batch();
				yield { is: 'end' };
				return;
			}
			if (this.#refusing || this.#copiesIn(type, at, end)) {
				// As the server does after an error: what follows within the batch is skipped up to its Query or Sync.
				if (!this.#refusing) yield* batch();
				this.#refusing = type !== 'Q' && type !== 'S';
				if (!this.#refusing) yield { is: 'copy-in' };
				start = ready = at = end;
				continue;
			}
			at = end;
			if ('SQHcf'.includes(type)) {
				ready = at;
				settled = type === 'S' || type === 'Q';
			}
		}
		yield* batch();
		const rest = this.#waiting.subarray(Math.max(ready, start));
		// A copy, so that a few waiting bytes do not keep a large piece alive.
		this.#waiting = rest.length === 0 ? Buffer.alloc(0) : Buffer.from(rest);
	}

	#copiesIn(type: string, at: number, end: number): boolean {
		if ((type !== 'Q' && type !== 'P') || end - at > LONGEST_COPY_STATEMENT) return false;
		return COPY_FROM_STDIN.test(this.#waiting.toString('utf8', at + 5, end));
	}
}

/** Refuses encryption: the bytes never leave the process. */
export const NO_ENCRYPTION = Buffer.from('N');

/** An error in the server's words, followed by "ready for the next query". */
export function refusal(code: string, message: string, inTransaction: boolean): Uint8Array {
	const fields = Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`);
	const head = Buffer.alloc(5);
	head.write('E');
	head.writeInt32BE(4 + fields.length, 1);
	const ready = Buffer.from([0x5a, 0, 0, 0, 5, inTransaction ? 0x54 : 0x49]);
	return Buffer.concat([head, fields, ready]);
}

const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
const READY_BYTES = READY.length + 1;

/**
 * Whether what the engine has said of late ends with "ready for the next query", as every answer to a Query or Sync must.
 * After a PANIC, as of a full disk, it does not: it says the error, wherever in a piece, and from then on anything.
 */
export class LastWords {
	#tail: Buffer = Buffer.alloc(0);

	/** A piece may end anywhere, also within the message that is looked for. */
	note(piece: Uint8Array): void {
		this.#tail = Buffer.concat([this.#tail, piece.slice(-READY_BYTES)]).subarray(-READY_BYTES);
	}

	get areReady(): boolean {
		return this.#tail.length === READY_BYTES && this.#tail.indexOf(READY) === 0;
	}
}

/** Whether the server's message says that this session is beyond help. */
export function endsSession(message: Uint8Array): boolean {
	if (message[0] !== 0x45) return false;
	const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
	return text.includes('SFATAL\0') || text.includes('SPANIC\0');
}
