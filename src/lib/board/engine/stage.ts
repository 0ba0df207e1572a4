/** The layers of a board in the page, lowest first: scene, live picture, the layer that moves along, faces. */
import type { ElementId } from '../../../domain/board/element.ts';
import type { Camera } from './camera.ts';
import type { Brush } from './render/paint-item.ts';
import { paintLive, type LivePicture } from './render/paint-live.ts';
import { paintScene } from './render/paint-scene.ts';
import { REST_MS, SceneCanvas } from './render/scene-canvas.ts';
import { createMeasure, type Layout, type Measure } from './render/text-layout.ts';
import { readTheme, type Theme } from './render/theme.ts';
import type { BoardElement } from '../../../domain/board/element.ts';
import type { Scene } from './scene.ts';

/** What the stage asks when it draws. */
export type StagePorts = Readonly<{
	scene: Scene;
	camera: Camera;
	/** Elements whose picture is on the live canvas just now. */
	lifted: () => ReadonlySet<ElementId>;
	open: () => ElementId | null;
	/** Something in the page (theme, fonts, size, rest of the camera) asks for a new picture. */
	stale: () => void;
}>;

export class Stage {
	/** Moves and scales with the board: one CSS pixel in it is one board unit. */
	readonly layer: HTMLElement;
	/** Over everything, in CSS pixels of the view. */
	readonly faces: HTMLElement;
	readonly #host: HTMLElement;
	readonly #ports: StagePorts;
	readonly #scene: SceneCanvas;
	readonly #live: CanvasRenderingContext2D;
	readonly #sceneContext: CanvasRenderingContext2D;
	readonly #stop: (() => void)[] = [];
	#measure: Measure;
	#layouts = new WeakMap<BoardElement, Layout>();
	#theme: Theme;
	#movedAtMs = -Infinity;
	#rest: ReturnType<typeof setTimeout> | null = null;

	constructor(host: HTMLElement, ports: StagePorts) {
		this.#host = host;
		this.#ports = ports;
		this.#theme = readTheme(host);
		const canvas = append(host, 'canvas');
		this.#scene = new SceneCanvas(canvas, (context, box, zoom) =>
			paintScene(this.#brush(context, zoom), ports.scene, box, ports.lifted())
		);
		this.#sceneContext = contextOf(canvas);
		this.#live = contextOf(append(host, 'canvas'));
		this.layer = append(host, 'div');
		this.layer.style.transformOrigin = '0 0';
		this.faces = append(host, 'div');
		this.faces.style.pointerEvents = 'none';
		this.#measure = createMeasure(contextOf(document.createElement('canvas')), this.#theme.handFont);
	}

	/** The line breaks of words as the canvas draws them. */
	get words(): Pick<Brush, 'measure' | 'layouts'> {
		return { measure: this.#measure, layouts: this.#layouts };
	}

	get theme(): Theme {
		return this.#theme;
	}

	/** What lies on the board has changed: its picture is drawn anew with the next frame. */
	invalidate(): void {
		this.#scene.invalidate();
	}

	/** The camera moved: pictures follow at once and are sharp once it rests. */
	cameraMoved(): void {
		this.#movedAtMs = performance.now();
		if (this.#rest) clearTimeout(this.#rest);
		this.#rest = setTimeout(() => {
			this.#rest = null;
			this.#ports.stale();
		}, REST_MS);
	}

	drawScene(): void {
		const { width, height } = this.#ports.camera.size;
		const moving = performance.now() - this.#movedAtMs < REST_MS;
		this.#scene.show(this.#ports.camera.look, width, height, devicePixelRatio, moving);
	}

	drawLive(picture: LivePicture): void {
		const { width, height } = this.#ports.camera.size;
		const ratio = devicePixelRatio;
		const canvas = this.#live.canvas;
		const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
		if (canvas.width !== wide || canvas.height !== high) {
			[canvas.width, canvas.height] = [wide, high];
			canvas.style.width = `${width}px`;
			canvas.style.height = `${high / ratio}px`;
		}
		paintLive(this.#brush(this.#live, this.#ports.camera.look.zoom), picture, ratio);
	}

	placeLayer(): void {
		const { x, y, zoom } = this.#ports.camera.look;
		this.layer.style.transform = `scale(${zoom}) translate(${-x}px, ${-y}px)`;
	}

	destroy(): void {
		if (this.#rest) clearTimeout(this.#rest);
		for (const stop of this.#stop) stop();
		for (const node of [this.#sceneContext.canvas, this.#live.canvas, this.layer, this.faces]) node.remove();
	}

	#brush(context: CanvasRenderingContext2D, zoom: number): Brush {
		const { measure, layouts } = this.words;
		return { context, theme: this.#theme, zoom, measure, layouts, open: this.#ports.open() };
	}

	/** Begins to follow the size, theme and fonts of the page; the first picture comes of it. */
	watch(): void {
		const { camera, stale } = this.#ports;
		const fresh = (): void => {
			this.#theme = readTheme(this.#host);
			this.#layouts = new WeakMap();
			this.#measure = createMeasure(contextOf(document.createElement('canvas')), this.#theme.handFont);
			this.invalidate();
			stale();
		};
		const size = new ResizeObserver(() => camera.resize(this.#host.clientWidth, this.#host.clientHeight));
		size.observe(this.#host);
		camera.resize(this.#host.clientWidth, this.#host.clientHeight);
		const chosen = new MutationObserver(fresh);
		chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
		const dark = matchMedia('(prefers-color-scheme: dark)');
		dark.addEventListener('change', fresh);
		document.fonts.addEventListener('loadingdone', fresh);
		// A canvas asks for no font by itself: the first picture would stay in the fallback.
		void document.fonts.load(`16px ${this.#theme.handFont}`).then(fresh, () => undefined);
		this.#stop.push(
			() => size.disconnect(),
			() => chosen.disconnect(),
			() => dark.removeEventListener('change', fresh),
			() => document.fonts.removeEventListener('loadingdone', fresh)
		);
	}
}

function append<Tag extends 'canvas' | 'div'>(host: HTMLElement, tag: Tag): HTMLElementTagNameMap[Tag] {
	const node = document.createElement(tag);
	node.style.position = 'absolute';
	node.style.left = '0';
	node.style.top = '0';
	if (tag === 'canvas') {
		node.setAttribute('aria-hidden', 'true');
		node.style.pointerEvents = 'none';
	}
	host.append(node);
	return node;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
	const context = canvas.getContext('2d');
	if (!context) throw new Error('no 2d canvas in this browser');
	return context;
}
