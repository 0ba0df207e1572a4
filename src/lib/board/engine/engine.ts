/** The board engine: puts its parts together. It knows no framework; whoever mounts it gives a host and destroys it. */
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { ElementId, NoteColour } from '../../../domain/board/element.ts';
import { isResizable, selectedItems } from '../tools/select/handles.ts';
import { isReading, takeUp } from '../tools/toolbox.ts';
import type { Desk, Tool, ToolName } from '../tools/tool.ts';
import { createActions, type Actions, type Happening } from './actions.ts';
import { Camera } from './camera.ts';
import { CursorFaces } from './faces.ts';
import type { Box } from './geometry.ts';
import { Ghosts } from './ghosts.ts';
import { listenToKeys } from './keys.ts';
import { OwnGesture } from './own-gesture.ts';
import { PointerInput } from './pointer.ts';
import type { Edits, Faces, LiveWire, OpenText, Reader, TextEditor } from './ports.ts';
import { PresenceLayer } from './presence.ts';
import { layoutOf } from './render/paint-item.ts';
import { Scene, type Item, type SceneChange } from './scene.ts';
import { Scheduler, type Part } from './scheduler.ts';
import { Selection } from './selection.ts';
import { Stage } from './stage.ts';

export type EngineOptions = Readonly<{
	/** Focusable and filling its place; gets the layers as children. */
	host: HTMLElement;
	/** The document's elements, and how one of them is read. */
	els: Y.Map<unknown>;
	read: Reader;
	edits: Edits;
	awareness: Awareness;
	wire: LiveWire;
	people: Faces;
	mayEdit: () => boolean;
	/** Opens words in place; null when the element has none. */
	openEditor: (open: OpenText) => TextEditor | null;
	onTool: (tool: ToolName) => void;
	onSelection: (ids: readonly ElementId[]) => void;
	onZoom: (zoom: number) => void;
	onHappening: (happening: Happening) => void;
}>;

/** Makes a board live in the host. */
export function createEngine(options: EngineOptions): Engine {
	return new Engine(options);
}

export class Engine {
	readonly camera: Camera;
	readonly scene: Scene;
	readonly actions: Actions;
	/** Where the call puts faces: `faces.attach(client, node)`. */
	readonly faces: CursorFaces;
	readonly #options: EngineOptions;
	readonly #desk: Desk;
	readonly #selection: Selection;
	readonly #gesture: OwnGesture;
	readonly #ghosts: Ghosts;
	readonly #presence: PresenceLayer;
	readonly #stage: Stage;
	readonly #scheduler: Scheduler;
	readonly #pointer: PointerInput;
	readonly #stop: (() => void)[];
	#tool: Tool;
	#colour: NoteColour = 'butter';
	#focused: ElementId | null = null;
	#open: Readonly<{ id: ElementId; editor: TextEditor }> | null = null;
	#lifted: ReadonlySet<ElementId> = new Set();

	constructor(options: EngineOptions) {
		this.#options = options;
		const { host, wire } = options;
		const now = (): number => performance.now();
		const calm = matchMedia('(prefers-reduced-motion: reduce)');
		this.#scheduler = new Scheduler(
			{ request: (draw) => requestAnimationFrame(draw), cancel: (handle) => cancelAnimationFrame(handle) },
			(parts, at) => this.#draw(parts, at)
		);
		this.scene = new Scene(options.els, options.read);
		this.camera = new Camera(() => this.#looked());
		this.#selection = new Selection(() => this.#selected());
		this.#ghosts = new Ghosts((id) => this.scene.get(id)?.frame, now);
		this.#gesture = new OwnGesture(wire.sendLive, () => this.#mark('live'), now);
		this.#presence = new PresenceLayer(options.awareness, options.people, {
			change: () => this.#mark('live'),
			leave: (client) => this.#ghosts.left(client),
			jumps: () => calm.matches
		});
		this.#desk = {
			scene: this.scene,
			camera: this.camera,
			selection: this.#selection,
			edits: options.edits,
			gesture: this.#gesture,
			mayEdit: options.mayEdit,
			colour: () => this.#colour,
			openText: (id) => this.#openText(id),
			use: (tool) => this.use(tool)
		};
		this.#tool = takeUp('select', this.#desk);
		this.actions = createActions({
			desk: this.#desk,
			tool: () => this.#tool,
			tell: options.onHappening,
			focus: (id) => {
				this.#focused = id;
				this.#mark('live');
			},
			focused: () => this.#focused
		});
		this.#stage = new Stage(host, {
			scene: this.scene,
			camera: this.camera,
			lifted: () => this.#lifted,
			open: () => this.#open?.id ?? null,
			stale: () => this.#mark('scene', 'live')
		});
		this.faces = new CursorFaces(this.#stage.faces, () => this.#mark('live'));
		this.#pointer = new PointerInput({
			surface: host,
			camera: this.camera,
			tool: () => this.#tool,
			hover: (at) => this.#presence.say({ p: at }),
			pressed: () => this.#pressed(),
			after: () => this.#showPointer()
		});
		this.#stop = [
			this.scene.onChange((change) => this.#changed(change)),
			wire.onLive((message) => {
				this.#ghosts.take(message);
				this.#mark('live');
			}),
			listenToKeys(host, {
				actions: this.actions,
				space: (held) => {
					this.#pointer.space = held;
					this.#showPointer();
				}
			})
		];
		this.#stage.watch();
	}

	/** The layer that moves with the board, for what the page puts on it: one CSS pixel is one board unit. */
	get layer(): HTMLElement {
		return this.#stage.layer;
	}

	get selected(): readonly Item[] {
		return selectedItems(this.#desk);
	}

	/** Takes up a tool; a reader's board knows only those that change nothing. */
	use(name: ToolName): void {
		if (!isReading(name) && !this.#options.mayEdit()) return;
		if (!this.#tool.state.idle) this.#tool.cancel();
		this.#tool = takeUp(name, this.#desk);
		this.#options.onTool(name);
		this.#showPointer();
	}

	/** The colour of what is selected and of the next note. */
	colour(colour: NoteColour): void {
		this.#colour = colour;
		if (this.#selection.size > 0) this.actions.recolour(colour);
	}

	/** The role changed: a reader keeps no editing tool, no gesture and no open words. */
	rights(): void {
		if (this.#options.mayEdit()) return;
		this.#closeText();
		this.#tool.cancel();
		this.use('select');
	}

	destroy(): void {
		this.#tool.cancel();
		this.#closeText();
		for (const stop of this.#stop) stop();
		this.#pointer.destroy();
		this.#presence.destroy();
		this.#scheduler.destroy();
		this.#stage.destroy();
		this.scene.destroy();
	}

	#mark(...parts: Part[]): void {
		this.#scheduler.mark(...parts);
	}

	#looked(): void {
		this.#stage.cameraMoved();
		this.#presence.say({ v: this.camera.view });
		this.#options.onZoom(this.camera.look.zoom);
		this.#mark('scene', 'live', 'layer');
	}

	#selected(): void {
		const { ids } = this.#selection;
		this.#presence.say({ sel: ids });
		if (this.#focused !== null && !this.#selection.has(this.#focused)) this.#focused = null;
		this.#options.onSelection(ids);
		this.#mark('live');
	}

	#changed({ ids }: SceneChange): void {
		this.#ghosts.arrived(ids);
		this.#tool.changed();
		this.#selection.keep((id) => this.scene.get(id) !== undefined);
		if (this.#focused !== null && !this.scene.get(this.#focused)) this.#focused = null;
		if (this.#open && ids.has(this.#open.id)) {
			if (this.scene.get(this.#open.id)) this.#open.editor.moved();
			else this.#closeText();
		}
		if ([...ids].some((id) => this.#selection.has(id))) this.#options.onSelection(this.#selection.ids);
		this.#stage.invalidate();
		this.#mark('scene', 'live');
	}

	#pressed(): void {
		this.#closeText();
		this.#focused = null;
		this.#options.host.focus({ preventScroll: true });
	}

	#showPointer(): void {
		const { state } = this.#tool;
		this.#options.host.style.cursor = this.#pointer.pushes ? 'grab' : state.look;
	}

	#openText(id: ElementId): void {
		this.#closeText();
		const item = this.scene.get(id);
		if (!item || item.element.lock || !this.#options.mayEdit()) return;
		const editor = this.#options.openEditor({
			id,
			layer: this.#stage.layer,
			frame: () => this.scene.get(id)?.frame ?? null,
			layout: () => {
				const at = this.scene.get(id);
				return at && 'text' in at.element ? layoutOf(this.#stage.words, at.element, at.frame) : null;
			},
			done: () => {
				// Left by a key, the board has the focus again; left by a press elsewhere, that has it.
				const wasHere = this.#stage.layer.contains(document.activeElement);
				this.#closeText();
				if (wasHere) this.#options.host.focus({ preventScroll: true });
			}
		});
		if (!editor) return;
		this.#open = { id, editor };
		this.#presence.say({ edit: id });
		this.camera.reveal(item.bounds);
		this.#stage.invalidate();
		this.#mark('scene', 'live', 'layer');
	}

	#closeText(): void {
		const open = this.#open;
		if (!open) return;
		this.#open = null;
		open.editor.destroy();
		this.#fitText(open.id);
		this.#presence.say({ edit: null });
		this.#stage.invalidate();
		this.#mark('scene', 'live');
	}

	/** Free text is as high as its lines: what one sees is what one can press. */
	#fitText(id: ElementId): void {
		const item = this.scene.get(id);
		if (item?.element.t !== 'text' || !this.#options.mayEdit()) return;
		const high = Math.ceil(layoutOf(this.#stage.words, item.element, item.frame).height);
		const { x, y, w, h } = item.frame;
		if (high > 0 && high !== h) this.#options.edits.resize(new Map([[id, [x, y, w, high]]]));
	}

	#draw(parts: ReadonlySet<Part>, now: number): void {
		this.#ghosts.expire();
		const places = new Map<ElementId, Box>([...this.#ghosts.places(), ...this.#gesture.preview.places]);
		const isSame = places.size === this.#lifted.size && [...places.keys()].every((id) => this.#lifted.has(id));
		if (!isSame) {
			this.#lifted = new Set(places.keys());
			this.#stage.invalidate();
		}
		if (parts.has('scene') || !isSame) this.#stage.drawScene();
		if (parts.has('layer')) this.#stage.placeLayer();
		const onTheWay = this.#presence.step(now);
		const cursors = this.#presence.cursors();
		this.#stage.drawLive({
			scene: this.scene,
			camera: this.camera,
			places,
			preview: this.#gesture.preview,
			sketches: this.#ghosts.sketches(),
			selected: this.#selection.ids,
			handles: this.#tool.name === 'select' && this.#options.mayEdit() && isResizable(this.selected),
			focused: this.#focused,
			others: cursors,
			hasFace: (client) => this.faces.has(client)
		});
		this.faces.place(cursors, this.camera);
		// Ghosts end by the clock, so frames go on while there are any.
		if (onTheWay || this.#ghosts.active) this.#mark('live');
	}
}
