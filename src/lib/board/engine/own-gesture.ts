/** One's own gesture under way: shown at once on one's own screen, and told to the others as it goes. */
import { LIVE, LIVE_MAX_BYTES, type LiveBegin, type LiveDelta, type LiveMessage } from '../../../domain/wire/live.ts';
import type { ElementId } from '../../../domain/board/element.ts';
import type { Box, Point } from './geometry.ts';
import type { Place } from './place.ts';

/** What of a gesture is drawn on top of the board. */
export type Preview = Readonly<{
	/** Elements that are shown elsewhere than they lie. */
	places: ReadonlyMap<ElementId, Place>;
	/** What is being drawn. */
	sketch: Readonly<{ shape: 'note' | 'text' | 'shape' | 'conn'; points: readonly [Point, Point] }> | null;
	band: Box | null;
}>;

export const NOTHING: Preview = { places: new Map(), sketch: null, band: null };

/** The others see a gesture at most this often; they smooth nothing, so it is close to their frame rate. */
const EVERY_MS = 33;

/**
 * How much of a gesture with many elements is told, in bytes, and what one element takes of it beside its id. A move names
 * them once and may fill a message; a resize says all places anew in each step, thirty times a second.
 */
const ROOM = {
	move: { bytes: LIVE_MAX_BYTES - 64, each: 4 },
	resize: { bytes: LIVE_MAX_BYTES / 4, each: 44 }
} as const;

type Send = (message: LiveMessage) => void;

export class OwnGesture {
	readonly #send: Send;
	readonly #now: () => number;
	readonly #onChange: () => void;
	#preview: Preview = NOTHING;
	#gesture = 0;
	#open = false;
	/** What a resize tells of, when that is not all it has. */
	#told: ReadonlySet<ElementId> | null = null;
	#held: LiveDelta | null = null;
	#sentAtMs = -Infinity;

	constructor(send: Send, onChange: () => void, now: () => number) {
		this.#send = send;
		this.#onChange = onChange;
		this.#now = now;
	}

	get preview(): Preview {
		return this.#preview;
	}

	/** Shows a gesture here only. */
	show(preview: Partial<Preview>): void {
		this.#preview = { ...NOTHING, ...preview };
		this.#onChange();
	}

	/** Tells the others that a gesture begins. Of very many elements they see the first move along, the rest on release. */
	begin(begin: LiveBegin): void {
		if (this.#open) this.end(false);
		this.#gesture++;
		this.#open = true;
		this.#sentAtMs = -Infinity;
		this.#told = null;
		if (begin.do === 'move' || begin.do === 'resize') {
			const ids = fitting(begin.ids, ROOM[begin.do]);
			if (begin.do === 'resize' && ids.length < begin.ids.length) this.#told = new Set(ids);
			this.#tell(LIVE.begin, { do: begin.do, ids });
		} else this.#tell(LIVE.begin, begin);
	}

	/** How far it is; the latest always goes out before the end does. */
	delta(delta: LiveDelta): void {
		if (!this.#open) return;
		this.#held = delta;
		if (this.#now() - this.#sentAtMs >= EVERY_MS) this.#flush();
	}

	/**
	 * The gesture is over and nothing is shown on top any more. `kept` announces that the document's update follows, for
	 * `ids` when it makes new elements.
	 */
	end(kept: boolean, ids?: readonly ElementId[]): void {
		if (this.#open) {
			this.#flush();
			this.#tell(LIVE.end, ids ? { kept, ids } : { kept });
			this.#open = false;
		}
		this.#preview = NOTHING;
		this.#onChange();
	}

	#flush(): void {
		if (this.#held === null) return;
		const told = this.#told;
		const delta = told ? Object.fromEntries(Object.entries(this.#held).filter(([id]) => told.has(id))) : this.#held;
		this.#tell(LIVE.delta, delta);
		this.#held = null;
		this.#sentAtMs = this.#now();
	}

	#tell(phase: LiveMessage['phase'], payload: unknown): void {
		this.#send({ gesture: this.#gesture, phase, payload });
	}
}

/** As many of the ids, from the first, as there is room for. */
function fitting(ids: readonly ElementId[], { bytes, each }: (typeof ROOM)['move' | 'resize']): readonly ElementId[] {
	let left: number = bytes;
	// A code unit takes at most three bytes; counting them exactly only matters for ids that nobody makes.
	const end = ids.findIndex((id) => (left -= (/^[\x20-\x7e]*$/u.test(id) ? 1 : 3) * id.length + each) < 0);
	return end === -1 ? ids : ids.slice(0, end);
}
