import type { Edges } from './clear.ts';
import { boxToShow, type Box, type Point } from './geometry.ts';

/** How far in and out one can look. */
export const ZOOM = { least: 0.05, most: 4, step: 1.25 } as const;

/** What is shown whole keeps this far from bars and from the edge of the view, in CSS pixels; on a phone half of it. */
const ROOM = { wide: 32, phone: 16 } as const;
const PHONE_PX = 600;
const BARE: Edges = { left: 0, top: 0, right: 0, bottom: 0 };

/** What is looked at: the board point in the view's top left corner, and how many CSS pixels a board unit takes. */
export type Look = Readonly<{ x: number; y: number; zoom: number }>;

/**
 * Where one stands above the board. Screen points are CSS pixels from the view's top left corner. Each change tells the
 * listener once; a change to the same place tells nobody.
 */
export class Camera {
	#look: Look = { x: 0, y: 0, zoom: 1 };
	#width = 1;
	#height = 1;
	readonly #onChange: () => void;
	readonly #bars: () => Edges;

	/** `bars` answers what of the view is covered just now. */
	constructor(onChange: () => void, bars: () => Edges = () => BARE) {
		this.#onChange = onChange;
		this.#bars = bars;
	}

	get look(): Look {
		return this.#look;
	}

	get size(): Readonly<{ width: number; height: number }> {
		return { width: this.#width, height: this.#height };
	}

	/** The part of the board that is in view. */
	get view(): Box {
		const { x, y, zoom } = this.#look;
		return { x, y, w: this.#width / zoom, h: this.#height / zoom };
	}

	/** The view got another size; the top left corner stays where it is. */
	resize(width: number, height: number): void {
		this.#width = Math.max(1, width);
		this.#height = Math.max(1, height);
		this.#onChange();
	}

	toBoard([sx, sy]: Point): Point {
		return [this.#look.x + sx / this.#look.zoom, this.#look.y + sy / this.#look.zoom];
	}

	toScreen([x, y]: Point): Point {
		return [(x - this.#look.x) * this.#look.zoom, (y - this.#look.y) * this.#look.zoom];
	}

	set(look: Look): void {
		const zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, look.zoom));
		const now = this.#look;
		if (![look.x, look.y, zoom].every(Number.isFinite)) return;
		if (now.x === look.x && now.y === look.y && now.zoom === zoom) return;
		this.#look = { x: look.x, y: look.y, zoom };
		this.#onChange();
	}

	/** Moves the board under the view by screen pixels: a positive `dx` shows what lies to the left. */
	pan(dx: number, dy: number): void {
		const { x, y, zoom } = this.#look;
		this.set({ x: x - dx / zoom, y: y - dy / zoom, zoom });
	}

	/** Zooms so that what is at the screen point stays there. */
	zoomAt(screen: Point, factor: number): void {
		const [bx, by] = this.toBoard(screen);
		const zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.#look.zoom * factor));
		this.set({ x: bx - screen[0] / zoom, y: by - screen[1] / zoom, zoom });
	}

	/** One step in (`1`) or out (`-1`) about the middle of the view, or back to 100 % (`0`). */
	zoomStep(direction: 1 | -1 | 0): void {
		const factor = direction === 0 ? 1 / this.#look.zoom : ZOOM.step ** direction;
		this.zoomAt([this.#width / 2, this.#height / 2], factor);
	}

	/** The part of the view that is this far from every bar and edge. */
	#clear(room: number): Readonly<{ left: number; top: number; width: number; height: number }> {
		const bars = this.#bars();
		return {
			left: bars.left + room,
			top: bars.top + room,
			width: Math.max(1, this.#width - bars.left - bars.right - 2 * room),
			height: Math.max(1, this.#height - bars.top - bars.bottom - 2 * room)
		};
	}

	get #room(): number {
		return this.#width > PHONE_PX ? ROOM.wide : ROOM.phone;
	}

	/** Shows all of them, or where that is more than can be shown at once, what lies about the middle one. */
	fitAll(boxes: readonly Box[]): void {
		const { width, height } = this.#clear(this.#room);
		const box = boxToShow(boxes, { w: width / ZOOM.least, h: height / ZOOM.least });
		if (box) this.fit(box);
	}

	/** Shows the whole box clear of the bars, never closer than 100 %. */
	fit(box: Box): void {
		const { left, top, width, height } = this.#clear(this.#room);
		const zoom = Math.max(ZOOM.least, Math.min(1, width / Math.max(1, box.w), height / Math.max(1, box.h)));
		this.set({
			x: box.x + box.w / 2 - (left + width / 2) / zoom,
			y: box.y + box.h / 2 - (top + height / 2) / zoom,
			zoom
		});
	}

	/** Moves as little as needed to have the box clear of the bars (its top left corner, when it is larger than that). */
	reveal(box: Box): void {
		this.#show(box, this.#room);
	}

	/** Moves only when a bar or an edge of the view hides some of the box, and then as little as needed to see all of it. */
	uncover(box: Box): void {
		this.#show(box, 0);
	}

	#show(box: Box, room: number): void {
		const { zoom, x, y } = this.#look;
		const { left, top, width, height } = this.#clear(room);
		const along = (look: number, edge: number, clear: number, from: number, size: number): number => {
			const start = look + edge / zoom;
			const length = clear / zoom;
			if (from < start || size > length) return from - edge / zoom;
			return from + size > start + length ? from + size - length - edge / zoom : look;
		};
		this.set({ x: along(x, left, width, box.x, box.w), y: along(y, top, height, box.y, box.h), zoom });
	}
}
