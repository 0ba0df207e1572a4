/** Where I am, told to the others while I move and never while I don't; and where they are, smoothed between what they tell. */
import type { Awareness } from 'y-protocols/awareness';
import { presenceSchema, type Presence } from '../../../domain/wire/awareness.ts';
import type { ElementId } from '../../../domain/board/element.ts';
import type { Box, Point } from './geometry.ts';
import type { Faces } from './ports.ts';

/** Fifteen times a second. */
const EVERY_MS = 66;
/** A cursor covers 63 % of what is left of its way in this time. */
const SMOOTH_MS = 45;

export type Cursor = Readonly<{
	client: number;
	name: string;
	colour: number;
	/** Where the cursor is drawn now, or null when the pointer is off the board. */
	at: Point | null;
	selected: readonly ElementId[];
	editing: ElementId | null;
}>;

type Shown = { at: Point | null; target: Point | null; presence: Presence };

export class PresenceLayer {
	readonly #awareness: Awareness;
	readonly #faces: Faces;
	readonly #onChange: () => void;
	readonly #onLeave: (client: number) => void;
	readonly #shown = new Map<number, Shown>();
	readonly #jumps: () => boolean;
	readonly #stopFaces: () => void;
	#own: Presence = { p: null };
	#timer: ReturnType<typeof setTimeout> | null = null;
	#sentAtMs = -Infinity;
	#steppedAtMs = 0;

	/** `jumps` says whether this person wants less motion: then cursors appear where they are. */
	constructor(
		awareness: Awareness,
		faces: Faces,
		on: Readonly<{ change: () => void; leave: (client: number) => void; jumps: () => boolean }>
	) {
		this.#awareness = awareness;
		this.#faces = faces;
		this.#onChange = on.change;
		this.#onLeave = on.leave;
		this.#jumps = on.jumps;
		awareness.on('change', this.#take);
		this.#stopFaces = faces.onChange(on.change);
		for (const client of awareness.getStates().keys()) this.#read(client);
	}

	/** Says a part of where I am; what is the same is not sent. */
	say(part: Readonly<{ p?: Point | null; v?: Box; sel?: readonly ElementId[]; edit?: ElementId | null }>): void {
		const next: Presence = { ...this.#own };
		if (part.p !== undefined) next.p = part.p && [Math.round(part.p[0]), Math.round(part.p[1])];
		if (part.v) next.v = [part.v.x, part.v.y, part.v.w, part.v.h].map(Math.round) as [number, number, number, number];
		if (part.sel) next.sel = part.sel.slice(0, 200);
		if (part.edit !== undefined) next.edit = part.edit;
		if (JSON.stringify(next) === JSON.stringify(this.#own)) return;
		this.#own = next;
		const wait = EVERY_MS - (performance.now() - this.#sentAtMs);
		if (wait <= 0) this.#send();
		else this.#timer ??= setTimeout(() => this.#send(), wait);
	}

	/** Moves the drawn cursors on; answers whether any is still on its way. */
	step(now: number): boolean {
		const part = this.#jumps() ? 1 : 1 - Math.exp(-Math.min(100, now - this.#steppedAtMs) / SMOOTH_MS);
		this.#steppedAtMs = now;
		let onTheWay = false;
		for (const shown of this.#shown.values()) {
			if (!shown.target || !shown.at) {
				shown.at = shown.target;
				continue;
			}
			const dx = shown.target[0] - shown.at[0];
			const dy = shown.target[1] - shown.at[1];
			if (Math.hypot(dx, dy) < 0.5) shown.at = shown.target;
			else {
				shown.at = [shown.at[0] + dx * part, shown.at[1] + dy * part];
				onTheWay = true;
			}
		}
		return onTheWay;
	}

	/** Everyone else whom the server has named. */
	cursors(): Cursor[] {
		const cursors: Cursor[] = [];
		for (const [client, { at, presence }] of this.#shown) {
			const who = this.#faces.of(client);
			if (!who) continue;
			const { name, colour } = who;
			cursors.push({ client, name, colour, at, selected: presence.sel ?? [], editing: presence.edit ?? null });
		}
		return cursors;
	}

	destroy(): void {
		if (this.#timer) clearTimeout(this.#timer);
		this.#awareness.off('change', this.#take);
		this.#stopFaces();
	}

	readonly #take = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }): void => {
		for (const client of [...added, ...updated]) this.#read(client);
		for (const client of removed) {
			this.#shown.delete(client);
			this.#onLeave(client);
		}
		this.#onChange();
	};

	#read(client: number): void {
		if (client === this.#awareness.clientID) return;
		const read = presenceSchema.safeParse(this.#awareness.getStates().get(client));
		if (!read.success) {
			this.#shown.delete(client);
			return;
		}
		const target = read.data.p;
		this.#shown.set(client, { at: this.#shown.get(client)?.at ?? target, target, presence: read.data });
	}

	#send(): void {
		this.#timer = null;
		this.#sentAtMs = performance.now();
		// The call writes its own field into the same state.
		this.#awareness.setLocalState({ ...this.#awareness.getLocalState(), ...this.#own });
	}
}
