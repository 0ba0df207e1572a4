import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { SETUP } from '../../../domain/board/document.ts';
import { mayOnBoard } from '../../../domain/board/roles.ts';
import { CLOSE, type TransientReason } from '../../../domain/wire/close-codes.ts';
import type { Control, Person } from '../../../domain/wire/control.ts';
import { SCHEMA } from '../../../domain/wire/kinds.ts';
import { encodeLive, type LiveMessage } from '../../../domain/wire/live.ts';
import { Asides } from './asides.ts';
import { carryOver } from './carry-over.ts';
import type { Aside } from './copy-store.ts';
import { countingSocket } from './counting-socket.ts';
import { whyOf, type Ended, type Ending, type SyncState } from './ending.ts';
import { Listeners } from './listeners.ts';
import { keepCopy, NO_COPY, type LocalCopy } from './local-copy.ts';
import type { OtherEpoch } from './other-epochs.ts';
import { hearOurKinds } from './our-kinds.ts';
import { ownVoice } from './own-voice.ts';
import { People } from './people.ts';
import { madeIn, touchedIn } from '../../../domain/board/touched.ts';
import { writtenIn } from '../../../domain/board/unsent.ts';
import { Unsaved } from './unsaved.ts';

export type { SyncState } from './ending.ts';

export type ConnectionOptions = Readonly<{
	/** `ws(s)://host/sync`, without the document. */
	base: string;
	doc: string;
	epoch: number;
	/** Whose local copy this is; null keeps none. */
	person: string | null;
	/** What the board is called; who signs out with something unsent is asked by this name. */
	title?: string;
	/** What the page did in the epoch that has just ended, in case the copy in this browser does not have it. */
	before?: OtherEpoch | null;
	/** Tests and programs bring their own. */
	socket?: typeof WebSocket;
}>;

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
	readonly #onState = new Listeners<SyncState>();
	readonly #onLive = new Listeners<LiveMessage & { readonly client: number }>();
	readonly #onAside = new Listeners<Aside>();
	readonly #onTitle = new Listeners<string>();
	readonly #onMe = new Listeners<Person>();
	readonly #epoch: number;
	/** The epoch that the server says the document is of. */
	#epochNow: number;
	/** Work of other epochs has not been looked for yet. */
	#carrying = true;
	readonly #carryOver: () => Promise<void>;
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

	constructor({ base, doc, epoch, person, title = '', before = null, socket = WebSocket }: ConnectionOptions) {
		const key = person === null ? null : { person, doc, epoch };
		this.#epoch = this.#epochNow = epoch;
		this.#title = title;
		// Before the copy and the provider, whose own listeners write and send: a change is counted first, then carried.
		this.doc.on('update', this.#onUpdate);
		const ledger = {
			unsent: () => this.#unsaved.line(this.#title),
			onKept: () => this.#tellSoon()
		};
		this.#copy = key ? keepCopy(key, this.doc, ledger) : NO_COPY;
		this.asides = new Asides(
			this.doc,
			this.#copy,
			() => this.#ended,
			() => this.#unsaved.load
		);
		this.#provider = new WebsocketProvider(base, doc, this.doc, {
			connect: false,
			awareness: this.awareness,
			// BroadcastChannel would go around roles and durability.
			disableBc: true,
			params: { nabij: '1', schema: String(SCHEMA), epoch: String(epoch) },
			WebSocketPolyfill: countingSocket(socket, {
				sends: (messages) => {
					this.#unsaved.sent(messages);
					this.#tell();
				},
				tooLarge: () => this.#end('too-large')
			})
		});
		ownVoice(this.#provider);
		hearOurKinds(this.#provider, {
			saved: (count) => {
				this.#unsaved.saved(count);
				this.#tell();
			},
			control: (control) => this.#take(control),
			live: this.#onLive.tell
		});
		this.#provider.on('status', ({ status }) => {
			if (status !== 'disconnected') return;
			this.#unsaved.lost();
			this.people.clear();
			this.#disk = false;
			this.#tellSoon();
		});
		this.#provider.on('connection-close', (event) => {
			// Who is sent away to a new epoch comes back at once.
			this.#tried ||= event?.reason !== ('epoch' satisfies TransientReason);
			this.#crowded = event?.code === CLOSE.tryAgain && event.reason === ('rate' satisfies TransientReason);
			this.#tellSoon();
		});
		this.#provider.on('sync', (synced) => {
			// The server has asked for what is here by now, so it also comes after what is carried over.
			if (synced && this.#carrying) void this.#carryOver();
			this.#tellSoon();
		});
		this.#provider.on('closed', ({ code, reason }) => this.#end(whyOf(code, reason)));
		const goesOn = (): boolean => !this.#destroyed && !this.#ended && this.#carrying;
		this.#carryOver = () =>
			carryOver({
				...{ key, epoch, before, goesOn },
				doc: this.doc,
				copy: this.#copy,
				mayEdit: () => !this.#reads,
				onDone: () => {
					this.#carrying = false;
					this.#tellSoon();
				},
				onAside: this.#onAside.tell
			});
		for (const change of ['offline', 'online']) globalThis.addEventListener?.(change, this.#onNetwork);
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

	readonly onState = this.#onState.hear;
	readonly onLive = this.#onLive.hear;
	/** Work was set aside beside the board that goes on. */
	readonly onAside = this.#onAside.hear;
	readonly onTitle = this.#onTitle.hear;
	/** Who the server says this person is, role included; again when the role changes. */
	readonly onMe = this.#onMe.hear;

	/** Tells the others of a gesture under way; without a socket nobody could see it, so it is let go. */
	readonly sendLive = (message: LiveMessage): void => {
		const { ws, wsconnected } = this.#provider;
		if (ws && wsconnected && ws.readyState === ws.OPEN) ws.send(encodeLive(message) as Uint8Array<ArrayBuffer>);
	};

	/** The epoch that the document is of now, and what was done here in this one that the server does not have. */
	get renewal(): Readonly<{ epoch: number; before: OtherEpoch }> {
		const before = { epoch: this.#epoch, copy: this.copy, load: this.#unsaved.load, aside: null };
		return { epoch: this.#epochNow, before };
	}

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
		for (const change of ['offline', 'online']) globalThis.removeEventListener?.(change, this.#onNetwork);
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
		} else {
			this.#unsaved.wrote(writtenIn(transaction));
			this.#unsaved.made(madeIn(transaction));
			if (origin !== SETUP) this.#unsaved.changed(touchedIn(transaction));
		}
		// The provider's listener comes after this one and sends at once; without a socket nothing else will tell.
		this.#tellSoon();
	};

	#take(control: Control): void {
		switch (control.type) {
			case 'hello':
				this.#clockOffsetMs = control.now - Date.now();
				this.#epochNow = control.epoch;
				if (control.epoch !== this.#epoch) return this.#end('renewed');
				this.#reads = !mayOnBoard({ role: control.me.role, team: null }, 'edit');
				this.#onMe.tell(control.me);
				return this.#endAsReader();
			case 'people':
				return this.people.take(control);
			case 'title':
				this.#title = control.title;
				this.#onTitle.tell(control.title);
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
		if (this.#provider.synced && !this.#carrying)
			this.#set(n > 0 || this.#unsaved.underway ? { is: 'saving', n, kept, disk: this.#disk } : { is: 'saved' });
		else
			this.#set(
				this.#tried ? { is: 'offline', n, kept, ...(this.#crowded && { crowded: true }) } : { is: 'connecting' }
			);
	}

	#set(state: SyncState): void {
		if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
		this.#state = state;
		this.#onState.tell(state);
	}
}
