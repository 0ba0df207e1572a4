/** The parts of the picture that can be out of date. */
export const PARTS = ['scene', 'live', 'layer'] as const;
export type Part = (typeof PARTS)[number];

/** Where frames come from: the window's, or a test's own. */
export type Frames = Readonly<{
	request: (callback: (now: number) => void) => number;
	cancel: (handle: number) => void;
}>;

/**
 * One animation frame for the whole engine, asked for only while something is out of date: an idle board costs nothing.
 * `draw` gets the parts to redraw and may mark more, which come with the next frame.
 */
export class Scheduler {
	readonly #dirty = new Set<Part>();
	readonly #frames: Frames;
	readonly #draw: (parts: ReadonlySet<Part>, now: number) => void;
	#handle: number | null = null;
	#alarm: ReturnType<typeof setTimeout> | null = null;
	#ended = false;

	constructor(frames: Frames, draw: (parts: ReadonlySet<Part>, now: number) => void) {
		this.#frames = frames;
		this.#draw = draw;
	}

	mark(...parts: readonly Part[]): void {
		if (this.#ended) return;
		for (const part of parts) this.#dirty.add(part);
		this.#handle ??= this.#frames.request((now) => this.#run(now));
	}

	/** Marks a part once this much time has passed; a later call takes the place of an earlier one, null of any. */
	markIn(part: Part, waitMs: number | null): void {
		if (this.#alarm !== null) clearTimeout(this.#alarm);
		this.#alarm = waitMs === null || this.#ended ? null : setTimeout(() => this.mark(part), Math.max(0, waitMs));
	}

	#run(now: number): void {
		this.#handle = null;
		const parts = new Set(this.#dirty);
		this.#dirty.clear();
		this.#draw(parts, now);
	}

	destroy(): void {
		this.#ended = true;
		this.markIn('live', null);
		if (this.#handle !== null) this.#frames.cancel(this.#handle);
	}
}
