import { createSubscriber } from 'svelte/reactivity';
import {
	retryDelayMs,
	type CallState,
	type OutReason,
	type Source,
	type WaitReason,
	type Wishes
} from '#domain/call/state';
import type { MediaEvent, MediaRoom, Member, OpenRoom } from './media-room';
import { OwnDevices } from './own-devices';
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
	now?: () => number;
	chance?: () => number;
}>;

type Phase =
	| Readonly<{ is: 'out'; why: OutReason | null }>
	| Readonly<{ is: 'waiting'; why: WaitReason }>
	| Readonly<{ is: 'joining' }>
	| Readonly<{ is: 'in' }>
	| Readonly<{ is: 'reconnecting' }>;

/** Put out again so soon after coming back, one is not wanted there. */
const PUT_OUT_AGAIN_MS = 10_000;

/**
 * One tab's part in a board's call, for as long as the page is at the board. The media client may lose a room, a token or a
 * server, and the person comes back as they were, or more quiet, never louder.
 */
export class Call {
	readonly #deps: CallDeps;
	readonly #now: () => number;
	readonly #chance: () => number;
	readonly #subscribe: () => void;
	readonly #devices: OwnDevices;
	#changed: () => void = () => {};
	#phase: Phase = { is: 'out', why: null };
	#room: MediaRoom | null = null;
	#identity: string | null = null;
	#putOutAtMs = -Infinity;
	/** Ends everything that was begun for the present stay: requests, waits, a room that connects too late. */
	#stay = new AbortController();

	constructor(deps: CallDeps) {
		this.#deps = deps;
		this.#now = deps.now ?? Date.now;
		this.#chance = deps.chance ?? Math.random;
		const { wishes, mayPublish } = deps;
		this.#devices = new OwnDevices({ wishes, mayPublish, onChange: () => this.#changed() });
		this.#subscribe = createSubscriber((update) => {
			this.#changed = update;
			return () => {
				this.#changed = () => {};
			};
		});
	}

	get state(): CallState {
		this.#subscribe();
		const phase = this.#phase;
		return phase.is === 'in' || phase.is === 'reconnecting' ? { ...phase, ...this.#devices.doing } : phase;
	}

	/** Under which identity this tab is in the call; null when it is not. */
	get identity(): string | null {
		this.#subscribe();
		return this.#identity;
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
		return this.#phase.is === 'out' ? this.#devices.chosen : this.#devices.wanted;
	}

	/** The browser plays nothing before a click: ask for one, then {@link startSound}. */
	get soundBlocked(): boolean {
		this.#subscribe();
		return this.#phase.is === 'in' && (this.#room?.soundBlocked ?? false);
	}

	/** Joins, and goes on trying while calls are off or the server is out of reach. Does nothing unless one is out. */
	async join(): Promise<void> {
		if (this.#phase.is !== 'out') return;
		this.#devices.begin();
		this.#set({ is: 'joining' });
		await this.#enter();
	}

	/** Leaves at once, also while joining or waiting; microphone and camera are released. */
	async leave(): Promise<void> {
		if (this.#phase.is === 'out') return;
		await this.#end(null);
	}

	/** Turns a microphone or camera on or off and remembers the choice. Muting acts even while reconnecting. */
	want(source: Source, on: boolean): Promise<void> {
		return this.#devices.want(source, on);
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
		if (mayPublish === this.#devices.mayPublish) return;
		this.#devices.allow(mayPublish);
		this.#changed();
		// Whoever waits gets a fresh ticket anyway.
		if (this.#phase.is === 'out' || this.#phase.is === 'waiting') return;
		this.#set({ is: 'joining' });
		await this.#enter();
	}

	async #enter(): Promise<void> {
		void this.#leaveRoom();
		const { signal } = this.#newStay();
		const sinceMs = this.#now();
		for (let n = 0; !signal.aborted; n++) {
			const answer = await this.#try(signal);
			if (signal.aborted) return;
			if (answer === 'in') {
				this.#devices.age(this.#now() - sinceMs);
				this.#devices.enter(this.#room);
				this.#set({ is: 'in' });
				await this.#devices.agree();
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
		this.#identity = ticket.identity;
		return 'in';
	}

	#hear(event: MediaEvent): void {
		const inside = this.#phase.is === 'in' || this.#phase.is === 'reconnecting';
		switch (event.is) {
			case 'changed':
				this.#changed();
				break;
			case 'reconnecting':
				if (inside) this.#reconnecting();
				break;
			case 'reconnected':
				if (!inside) break;
				this.#devices.reach('all');
				this.#set({ is: 'in' });
				this.#room?.subscribe();
				void this.#devices.agree();
				break;
			case 'device-lost':
				this.#devices.lose(event.source);
				break;
			case 'put-out':
				void this.#comeBack();
				break;
			case 'ended':
				if (event.why !== 'lost') {
					void this.#end(event.why);
					break;
				}
				if (inside) this.#reconnecting();
				void this.#enter();
		}
	}

	/** The ticket said more than the role does now: a fresh one says what is left, or that nothing is. */
	async #comeBack(): Promise<void> {
		const again = this.#now() - this.#putOutAtMs < PUT_OUT_AGAIN_MS;
		this.#putOutAtMs = this.#now();
		if (again) return this.#end('removed');
		this.#set({ is: 'joining' });
		await this.#enter();
	}

	#reconnecting(): void {
		this.#devices.reach('muting');
		this.#set({ is: 'reconnecting' });
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
		this.#devices.enter(null);
		this.#identity = null;
		this.#changed();
		await room.leave();
	}

	#set(phase: Phase): void {
		this.#phase = phase;
		this.#changed();
	}
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
