/**
 * Pointers, wheel and fingers become camera moves and tool events. One finger or the left button is the tool's; two
 * fingers, the middle button and a held space bar push the board about; ctrl and wheel or a pinch zoom.
 */
import type { At, Tool } from '../tools/tool.ts';
import type { Camera } from './camera.ts';
import type { Point } from './geometry.ts';

export type PointerPorts = Readonly<{
	surface: HTMLElement;
	camera: Camera;
	tool: () => Tool;
	/** Where the pointer is on the board, or null when it left. */
	hover: (at: Point | null) => void;
	/** A press on the board: it takes the focus, and an open editor closes. */
	pressed: () => void;
	/** Told after each event: states, looks or pictures may have changed. */
	after: () => void;
}>;

/** Two presses at one place within this time are a double press. */
const DOUBLE_MS = 400;
const LINE_PX = 40;

export class PointerInput {
	readonly #ports: PointerPorts;
	readonly #down = new Map<number, Point>();
	readonly #stop = new AbortController();
	#space = false;
	#pushing: number | null = null;
	#working: number | null = null;
	#at: Point | null = null;
	#last: Readonly<{ screen: Point; atMs: number }> | null = null;

	constructor(ports: PointerPorts) {
		this.#ports = ports;
		const { surface } = ports;
		const { signal } = this.#stop;
		surface.addEventListener('pointerdown', (event) => this.#press(event), { signal });
		surface.addEventListener('pointermove', (event) => this.#move(event), { signal });
		surface.addEventListener('pointerup', (event) => this.#release(event, true), { signal });
		surface.addEventListener('pointercancel', (event) => this.#release(event, false), { signal });
		surface.addEventListener(
			'pointerleave',
			() => {
				this.#at = null;
				ports.hover(null);
			},
			{ signal }
		);
		surface.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false });
		surface.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
	}

	/** While the space bar is held, the pointer pushes the board. */
	set space(held: boolean) {
		this.#space = held;
	}

	get pushes(): boolean {
		return this.#space || this.#pushing !== null;
	}

	/** Where the pointer is over the board, on the screen; the same object until it moves, null when it left. */
	get at(): Point | null {
		return this.#at;
	}

	destroy(): void {
		this.#stop.abort();
	}

	#press(event: PointerEvent): void {
		const { surface, pressed, tool, after } = this.#ports;
		// The menu's button is the browser's, and so are those that go back and forward.
		if (event.pointerType === 'mouse' && event.button > 1) return;
		// Keeps the browser from moving the focus to nowhere; the board takes it itself.
		event.preventDefault();
		pressed();
		surface.setPointerCapture(event.pointerId);
		const at = this.#where(event);
		this.#at = at.screen;
		this.#down.set(event.pointerId, at.screen);
		if (this.#down.size === 2) {
			tool().cancel();
			this.#working = null;
			this.#pushing = null;
		} else if (this.#down.size === 1) {
			if (this.#space || event.button === 1) this.#pushing = event.pointerId;
			else {
				this.#working = event.pointerId;
				tool().pointer('down', at);
			}
		}
		after();
	}

	#move(event: PointerEvent): void {
		const { camera, hover, tool, after } = this.#ports;
		const at = this.#where(event);
		this.#at = at.screen;
		const before = this.#down.get(event.pointerId);
		if (before && this.#down.size === 2) this.#pinch(event.pointerId, at.screen);
		else if (before && this.#pushing === event.pointerId)
			camera.pan(at.screen[0] - before[0], at.screen[1] - before[1]);
		else if (this.#working === event.pointerId) tool().pointer('move', at);
		if (before) this.#down.set(event.pointerId, at.screen);
		hover(camera.toBoard(at.screen));
		after();
	}

	#release(event: PointerEvent, meant: boolean): void {
		const { tool, after } = this.#ports;
		if (!this.#down.delete(event.pointerId)) return;
		if (this.#pushing === event.pointerId) this.#pushing = null;
		if (this.#working === event.pointerId) {
			this.#working = null;
			const at = this.#where(event);
			if (!meant) tool().cancel();
			else {
				tool().pointer('up', at);
				const now = event.timeStamp;
				const last = this.#last;
				const near = last && Math.hypot(at.screen[0] - last.screen[0], at.screen[1] - last.screen[1]) < 12;
				const double = near && now - last.atMs < DOUBLE_MS;
				this.#last = double ? null : { screen: at.screen, atMs: now };
				if (double) tool().pointer('double', at);
			}
		}
		after();
	}

	/** Two fingers: what was between them stays between them. */
	#pinch(moving: number, to: Point): void {
		const { camera } = this.#ports;
		const from = this.#down.get(moving);
		const other = [...this.#down].find(([id]) => id !== moving)?.[1];
		if (!from || !other) return;
		const middle: Point = [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2];
		camera.pan((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
		const was = Math.hypot(from[0] - other[0], from[1] - other[1]);
		const is = Math.hypot(to[0] - other[0], to[1] - other[1]);
		if (was > 0 && is > 0) camera.zoomAt(middle, is / was);
	}

	#wheel(event: WheelEvent): void {
		const { camera, after, surface } = this.#ports;
		event.preventDefault();
		const unit = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? LINE_PX : surface.clientHeight;
		const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
		if (event.ctrlKey || event.metaKey) {
			const by = Math.exp(-Math.max(-60, Math.min(60, dy)) / 150);
			camera.zoomAt(this.#screen(event), by);
		} else if (event.shiftKey && dx === 0) camera.pan(-dy, 0);
		else camera.pan(-dx, -dy);
		after();
	}

	#screen(event: MouseEvent): Point {
		const box = this.#ports.surface.getBoundingClientRect();
		return [event.clientX - box.left, event.clientY - box.top];
	}

	#where(event: PointerEvent): At {
		const screen = this.#screen(event);
		return {
			screen,
			board: this.#ports.camera.toBoard(screen),
			shift: event.shiftKey,
			command: event.ctrlKey || event.metaKey,
			touch: event.pointerType === 'touch'
		};
	}
}
