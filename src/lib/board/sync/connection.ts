import type * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { SETUP } from '../../../domain/board/document.ts';
import { CLOSE } from '../../../domain/wire/close-codes.ts';
import { readControl, type Control, type Person } from '../../../domain/wire/control.ts';
import { KIND, SCHEMA } from '../../../domain/wire/kinds.ts';
import { encodeLive, readLive, type LiveMessage } from '../../../domain/wire/live.ts';
import { readSaved } from '../../../domain/wire/saved.ts';
import { countingSocket } from './counting-socket.ts';
import { keepCopy, type LocalCopy } from './local-copy.ts';
import { People } from './people.ts';
import { Unsaved } from './unsaved.ts';

/** Why a connection ended for good. `refused`: the server did not take a change; the copy was handed over. */
export type Ended = 'signed-out' | 'role' | 'unknown' | 'too-large' | 'too-old' | 'malformed' | 'refused';

/** What the page shows of a document's way to the server. `n`: changes that are only here. */
export type SyncState =
	| Readonly<{ is: 'connecting' }>
	| Readonly<{ is: 'saved' }>
	| Readonly<{ is: 'saving'; n: number; disk: boolean }>
	| Readonly<{ is: 'offline'; n: number }>
	| Readonly<{ is: 'ended'; why: Ended; n: number }>;

export type Refusal = Readonly<{ code: string; copy: Uint8Array; n: number }>;

export type ConnectionOptions = Readonly<{
	/** `ws(s)://host/sync`, without the document. */
	base: string;
	doc: string;
	epoch: number;
	/** Whose local copy this is; null keeps none. */
	person: string | null;
	/** Tests and programs bring their own. */
	socket?: typeof WebSocket;
}>;

type Listener<T> = (value: T) => void;

const WHY: Readonly<Record<number, Ended>> = {
	[CLOSE.malformed]: 'malformed',
	[CLOSE.noSession]: 'signed-out',
	[CLOSE.roleMayNot]: 'role',
	[CLOSE.unknownDocument]: 'unknown',
	[CLOSE.tooLarge]: 'too-large',
	[CLOSE.pageTooOld]: 'too-old'
};

/**
 * One document's line to the server: y-websocket's provider with our kinds, a copy in this browser, and an honest account
 * of what is saved. It tells of changes and holds no framework; the page bridges it.
 */
export class Connection {
	readonly doc = new Y.Doc();
	readonly awareness = new Awareness(this.doc);
	readonly people = new People();
	readonly #provider: WebsocketProvider;
	readonly #copy: LocalCopy;
	readonly #unsaved = new Unsaved();
	readonly #onState = new Set<Listener<SyncState>>();
	readonly #onLive = new Set<Listener<LiveMessage & { readonly client: number }>>();
	readonly #onTitle = new Set<Listener<string>>();
	readonly #onMe = new Set<Listener<Person>>();
	readonly #onRefused = new Set<Listener<Refusal>>();
	readonly #epoch: number;
	#state: SyncState = { is: 'connecting' };
	#ended: Ended | null = null;
	#disk = false;
	#tried = false;
	#clockOffsetMs = 0;
	#destroyed = false;

	constructor({ base, doc, epoch, person, socket = WebSocket }: ConnectionOptions) {
		this.#epoch = epoch;
		this.#copy =
			person === null
				? { loaded: Promise.resolve(), owns: () => false, close: async () => {}, forget: async () => {} }
				: keepCopy({ person, doc, epoch }, this.doc);
		// Before the provider, whose own listener sends: a change is counted first, then carried.
		this.doc.on('update', this.#onUpdate);
		this.#provider = new WebsocketProvider(base, doc, this.doc, {
			connect: false,
			awareness: this.awareness,
			// BroadcastChannel would go around roles and durability.
			disableBc: true,
			params: { nabij: '1', schema: String(SCHEMA) },
			WebSocketPolyfill: countingSocket(socket, () => {
				this.#unsaved.sent();
				this.#tell();
			})
		});
		this.#speakForOneself();
		this.#hearOurKinds();
		this.#provider.on('status', ({ status }) => {
			if (status === 'connected') return this.#speakAnew();
			if (status !== 'disconnected') return;
			this.#unsaved.lost();
			this.people.clear();
			this.#forgetOthers();
			this.#disk = false;
			this.#tellSoon();
		});
		this.#provider.on('connection-close', () => {
			this.#tried = true;
			this.#tellSoon();
		});
		this.#provider.on('sync', () => this.#tellSoon());
		this.#provider.on('closed', ({ code }) => this.#end(WHY[code] ?? 'malformed'));
		globalThis.addEventListener?.('offline', this.#onNetwork);
		globalThis.addEventListener?.('online', this.#onNetwork);
		void this.#copy.loaded.then(() => {
			if (!this.#destroyed) this.#provider.connect();
		});
	}

	get state(): SyncState {
		return this.#state;
	}

	/** Settles when what this browser kept of the document is in it. */
	get loaded(): Promise<void> {
		return this.#copy.loaded;
	}

	/** The server's time now, in ms. */
	get serverNow(): number {
		return Date.now() + this.#clockOffsetMs;
	}

	readonly onState = (listener: Listener<SyncState>): (() => void) => listen(this.#onState, listener);
	readonly onLive = (listener: Listener<LiveMessage & { readonly client: number }>): (() => void) =>
		listen(this.#onLive, listener);
	readonly onTitle = (listener: Listener<string>): (() => void) => listen(this.#onTitle, listener);
	/** Who the server says this person is, role included; again when the role changes. */
	readonly onMe = (listener: Listener<Person>): (() => void) => listen(this.#onMe, listener);
	/** A change was not taken. The document as it is here comes along; the connection has ended. */
	readonly onRefused = (listener: Listener<Refusal>): (() => void) => listen(this.#onRefused, listener);

	/** Tells the others of a gesture under way; without a socket nobody could see it, so it is let go. */
	readonly sendLive = (message: LiveMessage): void => {
		const { ws, wsconnected } = this.#provider;
		if (ws && wsconnected && ws.readyState === ws.OPEN) ws.send(encodeLive(message) as Uint8Array<ArrayBuffer>);
	};

	/** Removes the copy in this browser, once unsent work has been offered to the person. */
	forgetCopy(): Promise<void> {
		return this.#copy.forget();
	}

	/** Ends the line. The copy in this browser stays. */
	async destroy(): Promise<void> {
		if (this.#destroyed) return;
		this.#destroyed = true;
		globalThis.removeEventListener?.('offline', this.#onNetwork);
		globalThis.removeEventListener?.('online', this.#onNetwork);
		this.#provider.destroy();
		this.awareness.destroy();
		await this.#copy.close();
		this.doc.destroy();
	}

	/** The browser knows at once that the network went or came; the silence of a socket tells only after half a minute. */
	readonly #onNetwork = ({ type }: Event): void => {
		if (this.#ended) return;
		if (type === 'online') return this.#provider.connect();
		this.#tried = true;
		this.#provider.disconnect();
		this.#tellSoon();
	};

	readonly #onUpdate = (_update: Uint8Array, origin: unknown): void => {
		if (origin === this.#provider || this.#copy.owns(origin)) return;
		// Making what a deed shows is not a second change in anyone's eyes.
		if (origin !== SETUP) this.#unsaved.changed();
		// The provider's listener comes after this one and sends at once; without a socket nothing else will tell.
		this.#tellSoon();
	};

	/** The stock provider echoes other people's states back, and answers queries with all of them: only our own leaves. */
	#speakForOneself(): void {
		const provider = this.#provider;
		this.awareness.off('update', provider._awarenessUpdateHandler);
		const own = (): Uint8Array => {
			const encoder = encoding.createEncoder();
			encoding.writeVarUint(encoder, KIND.awareness);
			encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
			return encoding.toUint8Array(encoder);
		};
		this.awareness.on('update', (change: Record<'added' | 'updated' | 'removed', number[]>) => {
			const mine = [change.added, change.updated, change.removed].some((ids) => ids.includes(this.doc.clientID));
			const { ws, wsconnected } = provider;
			if (mine && ws && wsconnected && ws.readyState === ws.OPEN) ws.send(own() as Uint8Array<ArrayBuffer>);
		});
		provider.messageHandlers[KIND.queryAwareness] = (encoder) => {
			if (this.awareness.getLocalState() === null) return;
			encoding.writeVarUint(encoder, KIND.awareness);
			encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
		};
	}

	/** Others were told that we are gone, at the clock we had: what is said at the same clock they would not take. */
	#speakAnew(): void {
		const state = this.awareness.getLocalState();
		if (state !== null) this.awareness.setLocalState(state);
	}

	/** The provider removes the states of others and keeps their clocks; told the same again, it would take nothing. */
	#forgetOthers(): void {
		for (const client of this.awareness.meta.keys()) {
			if (client !== this.doc.clientID) this.awareness.meta.delete(client);
		}
	}

	#hearOurKinds(): void {
		const handlers = this.#provider.messageHandlers;
		const hear = (kind: number, act: (decoder: decoding.Decoder) => void): void => {
			handlers[kind] = (_encoder, decoder) => act(decoder);
		};
		hear(KIND.saved, (decoder) => {
			this.#unsaved.saved(readSaved(decoder));
			this.#tell();
		});
		hear(KIND.control, (decoder) => {
			const control = readControl(decoder);
			if (control) this.#take(control);
		});
		hear(KIND.live, (decoder) => {
			const message = readLive(decoder);
			for (const listener of this.#onLive) listener(message);
		});
		// Cues are a later version's; they are nobody's error.
		hear(KIND.cue, () => {});
	}

	#take(control: Control): void {
		switch (control.type) {
			case 'hello':
				this.#clockOffsetMs = control.now - Date.now();
				// The board was made anew while this page kept an older one: only a reload can tell them apart.
				if (control.epoch !== this.#epoch) return this.#end('too-old');
				for (const listener of this.#onMe) listener(control.me);
				return;
			case 'people':
				return this.people.take(control);
			case 'title':
				for (const listener of this.#onTitle) listener(control.title);
				return;
			case 'storage':
				this.#disk = control.state === 'disk';
				return this.#tell();
			case 'refused': {
				const refusal = { code: control.code, copy: Y.encodeStateAsUpdate(this.doc), n: this.#unsaved.count };
				this.#end('refused');
				for (const listener of this.#onRefused) listener(refusal);
			}
		}
	}

	#end(why: Ended): void {
		if (this.#ended) return;
		const n = this.#unsaved.count;
		this.#ended = why;
		this.#provider.disconnect();
		this.#set({ is: 'ended', why, n });
	}

	/** A final close says so in the same turn, after all else: a flicker of "offline" before it would be wrong. */
	#tellSoon(): void {
		queueMicrotask(() => this.#tell());
	}

	#tell(): void {
		if (this.#ended || this.#destroyed) return;
		const n = this.#unsaved.count;
		if (this.#provider.synced)
			this.#set(n > 0 || this.#unsaved.underway ? { is: 'saving', n, disk: this.#disk } : { is: 'saved' });
		else this.#set(this.#tried ? { is: 'offline', n } : { is: 'connecting' });
	}

	#set(state: SyncState): void {
		if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
		this.#state = state;
		for (const listener of this.#onState) listener(state);
	}
}

function listen<T>(listeners: Set<Listener<T>>, listener: Listener<T>): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}
