/**
 * The canvas of what lies on the board. It is kept larger than the view, and while the camera moves it is only shifted
 * and scaled by the compositor; it is painted anew when the view leaves it, and sharply once the camera has rested.
 */
import type { Look } from '../camera.ts';
import { encloses, type Box } from '../geometry.ts';

/** How much larger than the view the picture is, on each side, in views. */
const MARGIN = 0.25;
/** How long the camera must rest before the picture is painted sharp. */
export const REST_MS = 80;
/** While the camera moves, a picture that took longer than this is painted anew only this many times its cost apart. */
const BUDGET_MS = 8;

type Painted = Readonly<{ look: Look; box: Box; ratio: number }>;
export type PaintScene = (context: CanvasRenderingContext2D, box: Box, zoom: number) => void;

export class SceneCanvas {
	readonly canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D;
	readonly #paint: PaintScene;
	#painted: Painted | null = null;
	#paintedAtMs = -Infinity;
	#costMs = 0;

	constructor(canvas: HTMLCanvasElement, paint: PaintScene) {
		const context = canvas.getContext('2d', { alpha: false });
		if (!context) throw new Error('no 2d canvas in this browser');
		this.canvas = canvas;
		this.#context = context;
		this.#paint = paint;
		canvas.style.transformOrigin = '0 0';
	}

	/** Forces a full repaint with the next `show`: what lies there has changed. */
	invalidate(): void {
		this.#painted = null;
	}

	/**
	 * Shows the board as seen by `look`. Answers whether the picture is sharp; when it is not, ask again once the camera
	 * has rested.
	 */
	show(look: Look, width: number, height: number, ratio: number, moving: boolean): boolean {
		const view: Box = { x: look.x, y: look.y, w: width / look.zoom, h: height / look.zoom };
		const painted = this.#painted;
		const covered = painted !== null && painted.ratio === ratio && encloses(painted.box, view);
		const sharp = covered && painted.look.zoom === look.zoom && isWhole(painted, look, ratio);
		const now = performance.now();
		const waits = this.#costMs > BUDGET_MS && now - this.#paintedAtMs < 4 * this.#costMs;
		if (painted && moving && (covered || waits)) {
			this.#place(painted, look);
			return sharp;
		}
		if (!sharp) this.#repaint(look, width, height, ratio, now);
		if (this.#painted) this.#place(this.#painted, look);
		return true;
	}

	#repaint(look: Look, width: number, height: number, ratio: number, now: number): void {
		// Margins of whole device pixels: a picture at rest lies exactly on the screen's own.
		const left = Math.round(width * MARGIN * ratio) / ratio;
		const top = Math.round(height * MARGIN * ratio) / ratio;
		const wide = width + 2 * left;
		const high = height + 2 * top;
		const box: Box = {
			x: look.x - left / look.zoom,
			y: look.y - top / look.zoom,
			w: wide / look.zoom,
			h: high / look.zoom
		};
		const pixels: readonly [number, number] = [Math.round(wide * ratio), Math.round(high * ratio)];
		if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
			[this.canvas.width, this.canvas.height] = pixels;
			this.canvas.style.width = `${wide}px`;
			this.canvas.style.height = `${high}px`;
		}
		const scale = look.zoom * ratio;
		this.#context.setTransform(scale, 0, 0, scale, -box.x * scale, -box.y * scale);
		this.#paint(this.#context, box, look.zoom);
		this.#painted = { look, box, ratio };
		this.#paintedAtMs = now;
		this.#costMs = performance.now() - now;
	}

	#place(painted: Painted, look: Look): void {
		const scale = look.zoom / painted.look.zoom;
		const x = (painted.box.x - look.x) * look.zoom;
		const y = (painted.box.y - look.y) * look.zoom;
		this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
	}
}

/** Whether the shift from the painted picture is whole device pixels, so that nothing is blurred between them. */
function isWhole(painted: Painted, look: Look, ratio: number): boolean {
	return [(painted.box.x - look.x) * look.zoom * ratio, (painted.box.y - look.y) * look.zoom * ratio].every(
		(shift) => Math.abs(shift - Math.round(shift)) < 0.01
	);
}
