import type { Camera } from './camera.ts';
import type { Box } from './geometry.ts';

/** Tells where in the view the selection lies with what stands above it, in whole pixels, whenever that changed. */
export class SelectionPlace {
	readonly #tell: (box: Box | null) => void;
	#told: Box | null = null;

	constructor(tell: (box: Box | null) => void) {
		this.#tell = tell;
	}

	/** The selection's box on the board, null with none, and how high above it stands what belongs to it, in pixels. */
	is(box: Box | null, camera: Camera, abovePx: number): void {
		const at = box && onScreen(box, camera, abovePx);
		const was = this.#told;
		if (at === was || (at && was && at.x === was.x && at.y === was.y && at.w === was.w && at.h === was.h)) return;
		this.#told = at;
		this.#tell(at);
	}
}

function onScreen({ x, y, w, h }: Box, camera: Camera, abovePx: number): Box {
	const [left, top] = camera.toScreen([x, y]);
	const { zoom } = camera.look;
	return {
		x: Math.round(left),
		y: Math.round(top - abovePx),
		w: Math.round(w * zoom),
		h: Math.round(h * zoom + abovePx)
	};
}
