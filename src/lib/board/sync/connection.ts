import type * as decoding from 'lib0/decoding';
import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { SETUP } from '../../../domain/board/document.ts';
import { mayOnBoard } from '../../../domain/board/roles.ts';
import { CLOSE, type TransientReason } from '../../../domain/wire/close-codes.ts';
import { readControl, type Control, type Person } from '../../../domain/wire/control.ts';
import { KIND, SCHEMA } from '../../../domain/wire/kinds.ts';
import { encodeLive, readLive, type LiveMessage } from '../../../domain/wire/live.ts';
import { readSaved } from '../../../domain/wire/saved.ts';
import { Asides } from './asides.ts';
import { countingSocket } from './counting-socket.ts';
import { whyOf, type Ended, type Ending } from './ending.ts';
import { keepCopy, NO_COPY, type LocalCopy } from './local-copy.ts';
import { ownVoice } from './own-voice.ts';
import { People } from './people.ts';
import { touchedIn } from '../../../domain/board/touched.ts';
import { Unsaved } from './unsaved.ts';

/**
 * What the page shows of a document's way to the server. `n`: things changed only here, an earlier visit's counted in.
 * `kept`: this browser keeps them, so that they outlive the page. `crowded`: this person has too many lines already.
 */
export type SyncState =
	| Readonly<{ is: 'connecting' }>
	| Readonly<{ is: 'saved' }>
	| Readonly<{ is: 'saving'; n: number; kept: boolean; disk: boolean }>
	| Readonly<{ is: 'offline'; n: number; kept: boolean; crowded?: true }>
	| (Readonly<{ is: 'ended'; kept: boolean }> & Ending);

export type ConnectionOptions = Readonly<{
	/** `ws(s)://host/sync`, without the document. */
	base: string;
	doc: string;
	epoch: number;
	/** Whose local copy this is; null keeps none. */
	person: string | null;
	/** What the board is called; who signs out with something unsent is asked by this name. */
	title?: string;
	/** Tests and programs bring their own. */
	socket?: typeof WebSocket;
}>;

type Listener<T> = (value: T) => void;

/**
 * One document's line to the server: y-websocket's provider with our kinds, a copy in this browser, and an honest account
 * of what is saved. It tells of changes and holds no framework; the page bridges it.
 */
export class Connection {
	readonly doc = new Y.Doc();
	readonly awareness = new Awareness(this.doc);
	readonly people = new People();
	/** Work that the server does not have, taken out of the document. */
	readonly asides: Asides;
	readonly #provider: WebsocketProvider;
	readonly #copy: LocalCopy;
	readonly #unsaved = new Unsaved();
	readonly #onState = new Set<Listener<SyncState>>();
	readonly #onLive = new Set<Listener<LiveMessage & { readonly client: number }>>();
	readonly #onTitle = new Set<Listener<string>>();
	readonly #onMe = new Set<Listener<Person>>();
	readonly #epoch: number;
	#title: string;
	#state: SyncState = { is: 'connecting' };
	#ended: Ending | null = null;
	#disk = false;
	/** Whether the server has said that this person does not edit here. */
	#reads = false;
	#tried = false;
	#crowded = false;
	#clockOffsetMs = 0;
	#destroyed = false;

	constructor({ base, doc, epoch, person, title = '', socket = WebSocket }: ConnectionOptions) {
		this.#epoch = epoch;
		this.#title = title;
		// Before the copy and the provider, whose own listeners write and send: a change is counted first, then carried.
		this.doc.on('update', this.#onUpdate);
		const ledger = {
			unsent: () => ({ n: this.#unsaved.count, title: this.#title }),
			onKept: () => this.#tellSoon()
		};
		this.#copy = person === null ? NO_COPY : keepCopy({ person, doc, epoch }, this.doc, ledger);
		this.asides = new Asides(this.doc, this.#copy, () => this.#ended);
		this.#provider = new WebsocketProvider(base, doc, this.doc, {
			connect: false,
			awareness: this.awareness,
			// BroadcastChannel would go around roles and durability.
			disableBc: true,
			params: { nabij: '1', schema: String(SCHEMA) },
			WebSocketPolyfill: countingSocket(socket, {
				sends: (messages) => {
					this.#unsaved.sent(messages);
					this.#tell();
				},
				tooLarge: () => this.#end('too-large')
			})
		});
		ownVoice(this.#provider);
		this.#hearOurKinds();
		this.#provider.on('status', ({ status }) => {
			if (status !== 'disconnected') return;
			this.#unsaved.lost();
			this.people.clear();
			this.#disk = false;
			this.#tellSoon();
		});
		this.#provider.on('connection-close', (event) => {
			this.#tried = true;
			this.#crowded = event?.code === CLOSE.tryAgain && event.reason === ('rate' satisfies TransientReason);
			this.#tellSoon();
		});
		this.#provider.on('sync', () => this.#tellSoon());
		this.#provider.on('closed', ({ code, reason }) => this.#end(whyOf(code, reason)));
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

	/** Tells the others of a gesture under way; without a socket nobody could see it, so it is let go. */
	readonly sendLive = (message: LiveMessage): void => {
		const { ws, wsconnected } = this.#provider;
		if (ws && wsconnected && ws.readyState === ws.OPEN) ws.send(encodeLive(message) as Uint8Array<ArrayBuffer>);
	};

	/** The document as it is here, as one update. */
	get copy(): Uint8Array {
		return Y.encodeStateAsUpdate(this.doc);
	}

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

	/**
	 * The browser knows at once that the network went or came; the silence of a socket tells only after half a minute. It
	 * knows of networks, not of this server, which may stand on the same machine: so it is a reason to try, never to give up.
	 */
	readonly #onNetwork = ({ type }: Event): void => {
		if (this.#ended || this.#destroyed) return;
		this.#tried = true;
		// A socket that is still being opened tries the network of before.
		if (type === 'offline' || !this.#provider.wsconnected) this.#provider.disconnect();
		this.#provider.connect();
		this.#tellSoon();
	};

	readonly #onUpdate = (_update: Uint8Array, origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
		if (origin === this.#provider) return;
		// Making what a deed shows is not a second change in anyone's eyes.
		if (this.#copy.owns(origin)) {
			this.#unsaved.inherited(this.#copy.inherited());
			this.#endAsReader();
		} else if (origin !== SETUP) this.#unsaved.changed(touchedIn(transaction));
		// The provider's listener comes after this one and sends at once; without a socket nothing else will tell.
		this.#tellSoon();
	};

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
				this.#reads = !mayOnBoard({ role: control.me.role, team: null }, 'edit');
				for (const listener of this.#onMe) listener(control.me);
				return this.#endAsReader();
			case 'people':
				return this.people.take(control);
			case 'title':
				this.#title = control.title;
				for (const listener of this.#onTitle) listener(control.title);
				return;
			case 'storage':
				this.#disk = control.state === 'disk';
				return this.#tell();
			case 'refused':
				return this.#end('refused');
		}
	}

	/** A reader is never asked for changes: those from before would wait for ever, shown as if all had them. */
	#endAsReader(): void {
		if (this.#reads && this.#unsaved.count > 0) this.#end('role');
	}

	#end(why: Ended): void {
		if (this.#ended) return;
		// Counted before the socket goes.
		const n = this.#unsaved.count;
		this.#ended = { why, n };
		this.#provider.disconnect();
		this.#tell();
	}

	/** A final close says so in the same turn, after all else: a flicker of "offline" before it would be wrong. */
	#tellSoon(): void {
		queueMicrotask(() => this.#tell());
	}

	#tell(): void {
		if (this.#destroyed) return;
		this.#copy.note();
		const kept = this.#copy.kept();
		if (this.#ended) return this.#set({ is: 'ended', ...this.#ended, kept });
		const n = this.#unsaved.count;
		if (this.#provider.synced)
			this.#set(n > 0 || this.#unsaved.underway ? { is: 'saving', n, kept, disk: this.#disk } : { is: 'saved' });
		else
			this.#set(
				this.#tried ? { is: 'offline', n, kept, ...(this.#crowded && { crowded: true }) } : { is: 'connecting' }
			);
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
