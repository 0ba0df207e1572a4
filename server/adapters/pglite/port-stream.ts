import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

type Written = Readonly<{ chunk: Buffer }>;

/**
 * What `pg` takes for a socket: a duplex over a message port to the database's thread. `openPort` may wait, as when the
 * thread is starting again; if it rejects, connecting fails.
 */
export class PortStream extends Duplex {
	readonly #openPort: () => Promise<MessagePort>;
	#port: MessagePort | null = null;
	#leaving = false;

	constructor(openPort: () => Promise<MessagePort>) {
		super();
		this.#openPort = openPort;
	}

	connect(): this {
		this.#openPort().then(
			(port) => {
				if (this.destroyed) return port.close();
				this.#port = port;
				port.on('message', (bytes: Uint8Array) =>
					this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
				);
				port.on('close', () => {
					if (this.#leaving) this.push(null);
					else this.destroy(new EmbeddedDatabaseStopped());
				});
				this.emit('connect');
			},
			(error) => this.destroy(error)
		);
		return this;
	}

	override _read(): void {}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		// A copy: `pg` goes on using its write buffer.
		this.#port?.postMessage(new Uint8Array(chunk));
		done();
	}

	override _writev(chunks: readonly Written[], done: () => void): void {
		this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done);
	}

	override _final(done: () => void): void {
		this.#leave();
		done();
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#leave();
		this.#port?.close();
		done(error);
	}

	#leave(): void {
		if (!this.#leaving) this.#port?.postMessage(null);
		this.#leaving = true;
	}

	// What `pg` calls on a net.Socket.
	setNoDelay(): this {
		return this;
	}
	setKeepAlive(): this {
		return this;
	}
	ref(): this {
		this.#port?.ref();
		return this;
	}
	unref(): this {
		this.#port?.unref();
		return this;
	}
}

/** The thread of the embedded database has ended under a client; a statement under way may have run or not. */
export class EmbeddedDatabaseStopped extends Error {
	override readonly name = 'EmbeddedDatabaseStopped';
	/** As `pg` and its users know it from a socket. */
	readonly code = 'ECONNRESET';
	constructor(cause?: unknown) {
		super('The embedded database stopped and is starting again', { cause });
	}
}
