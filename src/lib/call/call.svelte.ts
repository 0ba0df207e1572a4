import { createSubscriber } from 'svelte/reactivity';
import {
	retryDelayMs,
	wishesAfter,
	type CallState,
	type Device,
	type Devices,
	type OutReason,
	type Source,
	type Wishes
} from '#domain/call/state';
import type { MediaEvent, MediaRoom, Member, OpenRoom } from './media-room';
import type { Ticket } from './ticket';
import type { WishStore } from './wishes';

export type CallDeps = Readonly<{
	/** A fresh ticket; never rejects. */
	ask: (signal: AbortSignal) => Promise<Ticket>;
	/** Loads the media client. Called when a call is joined, not before. */
	load: () => Promise<OpenRoom>;
	wishes: WishStore;
	/** Whether the role may speak and be seen; others listen. */
	mayPublish: boolean;
	/** Hears under which identity this tab is in the call, and null when it is not. */
	onIdentity: (identity: string | null) => void;
	now?: () => number;
	chance?: () => number;
}>;

const SOURCES: readonly Source[] = ['mic', 'camera'];
const MUTED: Wishes = { mic: false, camera: false };

/**
 * One tab's part in a board's call. The person's own choice of microphone and camera lives here and is what every
 * reconnect is measured against: the media client may lose a room, a token or a server, and the person comes back as they
 * were, or more quiet, never louder.
 */
export class Call {
	readonly #deps: CallDeps;
	readonly #now: () => number;
	readonly #chance: () => number;
	readonly #subscribe: () => void;
	#changed: () => void = () => {};
	#state: CallState = { is: 'out', why: null };
	#room: MediaRoom | null = null;
	/** Ends everything that was begun for the present stay: requests, waits, a room that connects too late. */
	#stay = new AbortController();
	/** Chosen for this stay; `#chosen` is what the next one begins with. */
	#wanted: Wishes;
	#chosen: Wishes;
	#mayPublish: boolean;
	readonly #busy: Record<Source, boolean> = { mic: false, camera: false };

	constructor(deps: CallDeps) {
		this.#deps = deps;
		this.#now = deps.now ?? Date.now;
		this.#chance = deps.chance ?? Math.random;
		this.#mayPublish = deps.mayPublish;
		this.#chosen = this.#wanted = deps.wishes.load();
		this.#subscribe = createSubscriber((update) => {
			this.#changed = update;
			return () => {
				this.#changed = () => {};
			};
		});
	}

	get state(): CallState {
		this.#subscribe();
		return this.#state;
	}

	/** Everybody else in the call. */
	get members(): readonly Member[] {
		this.#subscribe();
		return this.#room?.members ?? [];
	}

	/** Oneself in the call, or null. */
	get self(): Member | null {
		this.#subscribe();
		return this.#room?.self ?? null;
	}

	/** What the person chose: in the call it is being done, outside it is what a join begins with. */
	get wishes(): Wishes {
		this.#subscribe();
		return this.#state.is === 'out' ? this.#chosen : this.#wanted;
	}

	/** The browser plays nothing before a click: ask for one, then {@link startSound}. */
	get soundBlocked(): boolean {
		this.#subscribe();
		return this.#state.is === 'in' && (this.#room?.soundBlocked ?? false);
	}

	/** Joins, and goes on trying while calls are off or the server is out of reach. Does nothing unless one is out. */
	async join(): Promise<void> {
		if (this.#state.is !== 'out') return;
		this.#wanted = this.#chosen;
		this.#set({ is: 'joining' });
		await this.#enter();
	}

	/** Leaves at once, also while joining or waiting. */
	async leave(): Promise<void> {
		if (this.#state.is === 'out') return;
		await this.#end(null);
	}

	/** Turns a microphone or camera on or off and remembers the choice. Muting acts even while reconnecting. */
	async want(source: Source, on: boolean): Promise<void> {
		this.#chosen = { ...this.#chosen, [source]: on };
		this.#wanted = { ...this.#wanted, [source]: on };
		this.#deps.wishes.save(this.#chosen);
		this.#changed();
		await this.#apply(source);
	}

	/** The other way round from what is wanted now, which may be under way still. */
	toggle(source: Source): Promise<void> {
		return this.want(source, !this.wishes[source]);
	}

	/** Lets voices be heard; to be called from a click. */
	async startSound(): Promise<void> {
		await this.#room?.startSound();
		this.#changed();
	}

	/** The role changed. What one may send is in the ticket, so a call under way is joined anew with another. */
	async allow(mayPublish: boolean): Promise<void> {
		if (mayPublish === this.#mayPublish) return;
		this.#mayPublish = mayPublish;
		// Whoever is given a voice in the middle of a call begins to speak by their own hand.
		this.#wanted = MUTED;
		if (this.#state.is === 'in' || this.#state.is === 'reconnecting') {
			this.#set({ is: 'joining' });
			await this.#enter();
		}
	}

	async #enter(): Promise<void> {
		void this.#leaveRoom();
		const { signal } = this.#newStay();
		const sinceMs = this.#now();
		for (let n = 0; !signal.aborted; n++) {
			const answer = await this.#try(signal);
			if (signal.aborted) return;
			if (answer === 'in') {
				this.#wanted = wishesAfter(this.#wanted, this.#now() - sinceMs);
				this.#set({ is: 'in', ...this.#devices(() => 'off') });
				await this.#assert();
				return;
			}
			if (answer.is === 'no') return this.#end(answer.why);
			this.#set({ is: 'waiting', why: answer.why });
			await pause(retryDelayMs(answer.why, n, this.#chance()), signal);
		}
	}

	/** One try to get in, with a fresh ticket. */
	async #try(signal: AbortSignal): Promise<'in' | Exclude<Ticket, { is: 'ticket' }>> {
		const loading = this.#deps.load().catch(() => null);
		const ticket = await this.#deps.ask(signal);
		if (ticket.is !== 'ticket') return ticket;
		const open = await loading;
		if (!open) return { is: 'later', why: 'offline' };
		if (signal.aborted) return { is: 'later', why: 'offline' };
		const room: MediaRoom = open((event) => {
			if (this.#room === room) this.#hear(event);
		});
		try {
			await room.connect(ticket.url, ticket.token);
		} catch {
			void room.leave();
			return { is: 'later', why: 'call.down' };
		}
		if (signal.aborted) {
			await room.leave();
			return { is: 'later', why: 'offline' };
		}
		this.#room = room;
		this.#deps.onIdentity(ticket.identity);
		return 'in';
	}

	#hear(event: MediaEvent): void {
		const state = this.#state;
		const devices = state.is === 'in' || state.is === 'reconnecting' ? pick(state) : null;
		switch (event.is) {
			case 'changed':
				this.#changed();
				break;
			case 'reconnecting':
				if (devices) this.#set({ is: 'reconnecting', ...devices });
				break;
			case 'reconnected':
				if (!devices) break;
				this.#set({ is: 'in', ...devices });
				this.#room?.subscribe();
				void this.#assert();
				break;
			case 'device-lost':
				this.#wanted = { ...this.#wanted, [event.source]: false };
				this.#setDevice(event.source, 'missing');
				break;
			case 'ended':
				if (event.why !== 'lost') {
					void this.#end(event.why);
					break;
				}
				if (devices) this.#set({ is: 'reconnecting', ...devices });
				void this.#enter();
		}
	}

	/** Makes the room agree with what the person chose. */
	async #assert(): Promise<void> {
		if (this.#mayPublish) await Promise.all(SOURCES.map((source) => this.#apply(source)));
	}

	/** One change of a device at a time; the last wish wins. */
	async #apply(source: Source): Promise<void> {
		if (this.#busy[source] || !this.#mayPublish) return;
		this.#busy[source] = true;
		const room = this.#room;
		try {
			for (;;) {
				const on = this.#wanted[source];
				const { is } = this.#state;
				// A room that is reconnecting can be muted at once, but only a connected one can publish.
				if (!room || room !== this.#room || !(is === 'in' || (is === 'reconnecting' && !on))) return;
				if (on) this.#setDevice(source, 'starting');
				const device = await room.set(source, on);
				if (room !== this.#room) return;
				if (this.#wanted[source] !== on) continue;
				// What failed is not tried again behind the person's back, only when they press again.
				if (on && device !== 'on') this.#wanted = { ...this.#wanted, [source]: false };
				this.#setDevice(source, device);
				return;
			}
		} finally {
			this.#busy[source] = false;
			// The room was replaced while this one answered: its successor's turn.
			if (room !== this.#room && this.#state.is === 'in') void this.#apply(source);
		}
	}

	#setDevice(source: Source, device: Device): void {
		const state = this.#state;
		if (state.is === 'in' || state.is === 'reconnecting') this.#set({ ...state, [source]: device });
	}

	#devices(each: (source: Source) => Device): Devices {
		if (!this.#mayPublish) return { mic: 'not-yours', camera: 'not-yours' };
		return { mic: each('mic'), camera: each('camera') };
	}

	async #end(why: OutReason | null): Promise<void> {
		this.#newStay();
		this.#set({ is: 'out', why });
		await this.#leaveRoom();
	}

	#newStay(): AbortController {
		this.#stay.abort();
		this.#stay = new AbortController();
		return this.#stay;
	}

	/** Gives up the room, if there is one, so that no ghost of this tab stays in it. */
	async #leaveRoom(): Promise<void> {
		const room = this.#room;
		this.#room = null;
		if (!room) return;
		this.#deps.onIdentity(null);
		this.#changed();
		await room.leave();
	}

	#set(state: CallState): void {
		this.#state = state;
		this.#changed();
	}
}

function pick({ mic, camera }: Devices): Devices {
	return { mic, camera };
}

/** Resolves after a while, or at once when the stay ends. */
function pause(delayMs: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, delayMs);
		signal.addEventListener(
			'abort',
			() => {
				clearTimeout(timer);
				resolve();
			},
			{ once: true }
		);
	});
}
