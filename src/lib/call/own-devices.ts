import { wishesAfter, type Device, type Devices, type Source, type Wishes } from '#domain/call/state';
import type { MediaRoom } from './media-room';
import type { WishStore } from './wishes';

const SOURCES: readonly Source[] = ['mic', 'camera'];
const MUTED: Wishes = { mic: false, camera: false };
const OFF: Devices = { mic: 'off', camera: 'off' };
const NOT_YOURS: Devices = { mic: 'not-yours', camera: 'not-yours' };

/** What a room can be asked for: one that is reconnecting can be muted at once, but only a connected one can publish. */
export type Reach = 'all' | 'muting' | 'nothing';

type Deps = Readonly<{ wishes: WishStore; mayPublish: boolean; onChange: () => void }>;

/**
 * One tab's microphone and camera: what the person wants of them, and what they do. The wish is what each room is made to
 * agree with, one change of a device at a time.
 */
export class OwnDevices {
	readonly #wishes: WishStore;
	readonly #onChange: () => void;
	readonly #busy: Record<Source, boolean> = { mic: false, camera: false };
	/** Chosen for this stay; `#chosen` is what the next one begins with. */
	#wanted: Wishes;
	#chosen: Wishes;
	#doing: Devices = OFF;
	#mayPublish: boolean;
	#room: MediaRoom | null = null;
	#reach: Reach = 'nothing';

	constructor({ wishes, mayPublish, onChange }: Deps) {
		this.#wishes = wishes;
		this.#mayPublish = mayPublish;
		this.#onChange = onChange;
		this.#chosen = this.#wanted = wishes.load();
	}

	/** What each device does now. */
	get doing(): Devices {
		return this.#mayPublish ? this.#doing : NOT_YOURS;
	}

	/** What is wanted in this stay. */
	get wanted(): Wishes {
		return this.#wanted;
	}

	/** What the next stay begins with. */
	get chosen(): Wishes {
		return this.#chosen;
	}

	get mayPublish(): boolean {
		return this.#mayPublish;
	}

	/** A stay begins, with what was chosen last. */
	begin(): void {
		this.#wanted = this.#chosen;
	}

	/** The call was away for a while: a wish to be heard does not hold for ever. */
	age(awayMs: number): void {
		this.#wanted = wishesAfter(this.#wanted, awayMs);
	}

	/** The role changed. Whoever is given a voice in the middle of a call begins to speak by their own hand. */
	allow(mayPublish: boolean): void {
		this.#mayPublish = mayPublish;
		this.#wanted = MUTED;
	}

	/** Remembers the choice and makes the room agree. Muting acts even while reconnecting. */
	async want(source: Source, on: boolean): Promise<void> {
		this.#chosen = { ...this.#chosen, [source]: on };
		this.#wanted = { ...this.#wanted, [source]: on };
		this.#wishes.save(this.#chosen);
		this.#onChange();
		await this.#apply(source);
	}

	/** Another room, or none: both devices are off there until it is made to agree. */
	enter(room: MediaRoom | null): void {
		this.#room = room;
		this.#doing = OFF;
		this.#reach = room ? 'all' : 'nothing';
	}

	/** What the room can be asked for from now on. */
	reach(reach: Reach): void {
		this.#reach = reach;
	}

	/** Makes the room agree with what is wanted. */
	async agree(): Promise<void> {
		await Promise.all(SOURCES.map((source) => this.#apply(source)));
	}

	/** It stopped by itself; it is not turned on again behind the person's back. */
	lose(source: Source): void {
		this.#wanted = { ...this.#wanted, [source]: false };
		this.#set(source, 'missing');
	}

	/** The last wish wins. */
	async #apply(source: Source): Promise<void> {
		if (this.#busy[source] || !this.#mayPublish) return;
		this.#busy[source] = true;
		const room = this.#room;
		try {
			for (;;) {
				const on = this.#wanted[source];
				if (!room || room !== this.#room || !(this.#reach === 'all' || (this.#reach === 'muting' && !on))) return;
				if (on) this.#set(source, 'starting');
				const device = await room.set(source, on);
				if (room !== this.#room) return;
				if (this.#wanted[source] !== on) continue;
				// What failed is not tried again behind the person's back, only when they press again.
				if (on && device !== 'on') this.#wanted = { ...this.#wanted, [source]: false };
				this.#set(source, device);
				return;
			}
		} finally {
			this.#busy[source] = false;
			// The room was replaced while this one answered: its successor's turn.
			if (room !== this.#room && this.#reach === 'all') void this.#apply(source);
		}
	}

	#set(source: Source, device: Device): void {
		this.#doing = { ...this.#doing, [source]: device };
		this.#onChange();
	}
}
