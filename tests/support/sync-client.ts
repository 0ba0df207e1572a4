import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { readControl, type Control } from '#domain/wire/control';
import { KIND, SCHEMA } from '#domain/wire/kinds';
import { encodeLive, readLive, type LiveMessage } from '#domain/wire/live';
import { readSaved } from '#domain/wire/saved';

/** What a test waits for as long as a busy machine may need. */
const PATIENCE = { timeout: 10_000, interval: 5 };

/** Waits for a condition, however slow the machine is. */
export const until = (condition: () => unknown): Promise<unknown> => vi.waitFor(condition, PATIENCE);

/** A sync message of y-protocols: 0 step 1, 1 step 2, 2 update. */
export function syncMessage(step: 0 | 1 | 2, body: Uint8Array): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.sync);
	encoding.writeVarUint(encoder, step);
	encoding.writeVarUint8Array(encoder, body);
	return encoding.toUint8Array(encoder);
}

/** An awareness message that speaks for any clientIDs at all. */
export function awarenessMessage(entries: readonly { client: number; clock: number; state: unknown }[]): Uint8Array {
	const body = encoding.createEncoder();
	encoding.writeVarUint(body, entries.length);
	for (const { client, clock, state } of entries) {
		encoding.writeVarUint(body, client);
		encoding.writeVarUint(body, clock);
		encoding.writeVarString(body, JSON.stringify(state));
	}
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.awareness);
	encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
	return encoding.toUint8Array(encoder);
}

type RawOptions = Readonly<{
	/** The `Cookie` header; null sends none. */
	cookie: string | null;
	/** Speaks our kinds too; true unless told otherwise. */
	nabij?: boolean;
	schema?: number;
	/** Of which epoch it says its copy is. */
	epoch?: number;
	doc?: Y.Doc;
	/** Answers the server's step 1 by itself; true unless told otherwise. */
	answers?: boolean;
}>;

/** A client that speaks the protocol of `/sync/<doc>` message by message, and remembers all that it heard. */
export class RawClient {
	readonly doc: Y.Doc;
	readonly socket: WebSocket;
	/** The first number of every message, in order. */
	readonly kinds: number[] = [];
	readonly controls: Control[] = [];
	readonly lives: (LiveMessage & { readonly client: number })[] = [];
	/** Updates (not step 2) as they came. */
	readonly updates: Uint8Array[] = [];
	/** Step 2 messages as they came. */
	readonly stepTwos: Uint8Array[] = [];
	/** State vectors the server asked with. */
	readonly stepOnes: Uint8Array[] = [];
	/** Awareness states of others as last heard; `null` is gone. */
	readonly states = new Map<number, unknown>();
	/** Awareness entries heard in all, also of the same clientID. */
	statesHeard = 0;
	saved = 0;
	/** Own step 2 and update messages that left. */
	sent = 0;
	readonly opened: Promise<void>;
	readonly closed: Promise<{ code: number; reason: string }>;
	#answers: boolean;
	#clock = 0;

	constructor(
		url: string,
		{ cookie, nabij = true, schema = SCHEMA, epoch, doc = new Y.Doc(), answers = true }: RawOptions
	) {
		this.doc = doc;
		this.#answers = answers;
		const query = nabij ? `?nabij=1&schema=${schema}${epoch === undefined ? '' : `&epoch=${epoch}`}` : '';
		this.socket = new WebSocket(url + query, cookie === null ? {} : { headers: { cookie } });
		this.socket.binaryType = 'nodebuffer';
		this.opened = new Promise((resolve, reject) => {
			this.socket.once('open', resolve);
			this.socket.once('error', reject);
		});
		// A test that expects a close does not wait for the opening.
		this.opened.catch(() => undefined);
		this.closed = new Promise((resolve) => {
			this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
		});
		this.socket.on('error', () => undefined);
		this.socket.on('message', (data: Buffer) => this.#hear(new Uint8Array(data)));
	}

	/** Opens, asks for the document and waits until it is here and the server has asked back or will not. */
	async join(): Promise<this> {
		await this.opened;
		this.askStepOne();
		await until(() => {
			if (this.stepTwos.length === 0) throw new Error('no step 2 yet');
		});
		return this;
	}

	send(message: Uint8Array): void {
		if (message[0] === KIND.sync && message[1] !== 0) this.sent++;
		this.socket.send(message);
	}

	askStepOne(): void {
		this.send(syncMessage(0, Y.encodeStateVector(this.doc)));
	}

	/** Changes the own document and answers the update that this made, unsent. */
	change(act: (doc: Y.Doc) => void): Uint8Array {
		const made: Uint8Array[] = [];
		const collect = (update: Uint8Array): void => void made.push(update);
		this.doc.on('update', collect);
		this.doc.transact(() => act(this.doc));
		this.doc.off('update', collect);
		return Y.mergeUpdates(made);
	}

	/** Changes the own document and sends the update. */
	edit(act: (doc: Y.Doc) => void): void {
		this.send(syncMessage(2, this.change(act)));
	}

	/** Puts a value into the map that the tests look at. */
	write(key: string, value: unknown): void {
		this.edit((doc) => doc.getMap('els').set(key, value));
	}

	/** The map that the tests look at, as it is here. */
	get content(): Record<string, unknown> {
		return this.doc.getMap('els').toJSON();
	}

	/** Says something about the own clientID. */
	present(state: unknown): void {
		this.send(awarenessMessage([{ client: this.doc.clientID, clock: ++this.#clock, state }]));
	}

	live(message: LiveMessage): void {
		this.send(encodeLive(message));
	}

	/** Waits until every own message is dealt with. */
	settled(): Promise<unknown> {
		return until(() => {
			if (this.saved < this.sent) throw new Error(`${this.saved} of ${this.sent} saved`);
		});
	}

	/** Controls of one type. */
	heard<T extends Control['type']>(type: T): Extract<Control, { type: T }>[] {
		return this.controls.filter((one): one is Extract<Control, { type: T }> => one.type === type);
	}

	async close(): Promise<void> {
		this.socket.close();
		await this.closed;
	}

	/** Ends without a goodbye, as a lost network does. */
	drop(): void {
		this.socket.terminate();
	}

	#hear(message: Uint8Array): void {
		const decoder = decoding.createDecoder(message);
		const kind = decoding.readVarUint(decoder);
		this.kinds.push(kind);
		switch (kind) {
			case KIND.sync:
				return this.#hearSync(decoder);
			case KIND.awareness:
				return this.#hearAwareness(decoding.readVarUint8Array(decoder));
			case KIND.saved:
				this.saved = readSaved(decoder);
				return;
			case KIND.control: {
				const control = readControl(decoder);
				if (control) this.controls.push(control);
				return;
			}
			case KIND.live:
				this.lives.push(readLive(decoder));
		}
	}

	#hearSync(decoder: decoding.Decoder): void {
		const step = decoding.readVarUint(decoder);
		const body = decoding.readVarUint8Array(decoder);
		if (step === 0) {
			this.stepOnes.push(body);
			if (this.#answers) this.send(syncMessage(1, Y.encodeStateAsUpdate(this.doc, body)));
			return;
		}
		(step === 1 ? this.stepTwos : this.updates).push(body);
		Y.applyUpdate(this.doc, body, 'remote');
	}

	#hearAwareness(body: Uint8Array): void {
		const decoder = decoding.createDecoder(body);
		for (let left = decoding.readVarUint(decoder); left > 0; left--) {
			const client = decoding.readVarUint(decoder);
			decoding.readVarUint(decoder);
			this.states.set(client, JSON.parse(decoding.readVarString(decoder)));
			this.statesHeard++;
		}
	}
}

export type StockClient = Readonly<{
	doc: Y.Doc;
	provider: WebsocketProvider;
	/** The first number of every message it got, over all its sockets. */
	kinds: readonly number[];
	/** How many awareness messages it sent. */
	awarenessSent: () => number;
}>;

/** An unmodified y-websocket client, with the cookie that a browser would send. Destroyed when the running test ends. */
export function stockClient(base: string, doc: string, cookie: string, ydoc = new Y.Doc()): StockClient {
	const kinds: number[] = [];
	let awarenessSent = 0;
	class WithCookie extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(url, protocols, { headers: { cookie } });
			this.on('message', (data: Buffer | ArrayBuffer) => kinds.push(new Uint8Array(data)[0] ?? -1));
		}
		override send(data: never): void {
			if (new Uint8Array(data)[0] === KIND.awareness) awarenessSent++;
			super.send(data);
		}
	}
	const provider = new WebsocketProvider(base, doc, ydoc, {
		// Two clients in one process would reach each other through BroadcastChannel, past the server.
		disableBc: true,
		maxBackoffTime: 200,
		WebSocketPolyfill: WithCookie as unknown as typeof globalThis.WebSocket
	});
	onTestFinished(() => {
		provider.destroy();
		provider.awareness.destroy();
	});
	return { doc: ydoc, provider, kinds, awarenessSent: () => awarenessSent };
}

/** The awareness message that the stock provider sends when it repeats what it heard of others. */
export function echoOf(awareness: Awareness, clients: readonly number[]): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.awareness);
	encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [...clients]));
	return encoding.toUint8Array(encoder);
}
