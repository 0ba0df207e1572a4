/** The board engine: puts its parts together. It knows no framework; whoever mounts it gives a host and destroys it. */
import type { ElementId, NoteColour } from '../../../domain/board/element.ts';
import { selectedItems } from '../tools/select/handles.ts';
import { isReading, takeUp } from '../tools/toolbox.ts';
import type { Desk, Tool, ToolName } from '../tools/tool.ts';
import { createActions, type Actions } from './actions.ts';
import { Camera } from './camera.ts';
import { covered, keyboardOver } from './clear.ts';
import { CursorFaces } from './faces.ts';
import { FocusProxy, type Spoken } from './focus-proxy.ts';
import { Ghosts } from './ghosts.ts';
import { Hush } from './hush.ts';
import { listenToKeys } from './keys.ts';
import { OpenWords } from './open-words.ts';
import { OwnGesture } from './own-gesture.ts';
import { Picture } from './picture.ts';
import { PointerInput } from './pointer.ts';
import { wordsBox } from './render/paint-item.ts';
import type { EngineOptions } from './options.ts';
import { PresenceLayer } from './presence.ts';
import { Scene, type Item, type SceneChange } from './scene.ts';
import { Scheduler, type Part } from './scheduler.ts';
import { Selection } from './selection.ts';
import { SelectionPlace } from './selection-place.ts';
import { Stage } from './stage.ts';

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
	/** Whether what is typed is meant for words that were closed under it. */
	readonly hush = new Hush();
	readonly #options: EngineOptions;
	readonly #desk: Desk;
	readonly #selection: Selection;
	readonly #gesture: OwnGesture;
	readonly #ghosts: Ghosts;
	readonly #presence: PresenceLayer;
	readonly #stage: Stage;
	readonly #scheduler: Scheduler;
	readonly #pointer: PointerInput;
	readonly #words: OpenWords;
	readonly #focus: FocusProxy;
	readonly #picture: Picture;
	readonly #stop: (() => void)[];
	#tool: Tool;
	#colour: NoteColour = 'butter';

	constructor(options: EngineOptions) {
		this.#options = options;
		const { host, wire } = options;
		const now = (): number => performance.now();
		const calm = matchMedia('(prefers-reduced-motion: reduce)');
		this.#scheduler = new Scheduler(
			{ request: (draw) => requestAnimationFrame(draw), cancel: (handle) => cancelAnimationFrame(handle) },
			(parts, at) => this.#picture.draw(parts, at)
		);
		this.scene = new Scene(options.els, options.read);
		this.camera = new Camera(
			() => this.#looked(),
			() => {
				const { clientWidth: width, clientHeight: height } = host;
				return covered([...options.bars(), ...keyboardOver(width, height, visualViewport)], width, height);
			}
		);
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
			openText: (id) => this.#words.open(id),
			use: (tool) => this.use(tool)
		};
		this.#tool = takeUp('select', this.#desk);
		this.actions = createActions({
			desk: this.#desk,
			tool: () => this.#tool,
			tell: options.onHappening,
			focus: (id) => this.#stand(id),
			focused: () => this.#focus.id,
			pointer: () => this.#pointer.at
		});
		this.#stage = new Stage(host, {
			scene: this.scene,
			camera: this.camera,
			lifted: () => this.#picture.lifted,
			open: () => this.#words.id,
			stale: () => this.#mark('scene', 'live')
		});
		this.#focus = new FocusProxy(host, this.#stage.layer);
		this.#words = new OpenWords({
			scene: this.scene,
			layer: this.#stage.layer,
			words: () => this.#stage.words,
			edits: options.edits,
			mayEdit: options.mayEdit,
			isShared: (id) => this.#presence.cursors().some(({ editing }) => editing === id),
			openEditor: options.openEditor,
			changed: (item) => this.#opened(item),
			left: () => this.#focus.focus(),
			taken: (id) => {
				this.hush.begin();
				options.onTaken(id);
			}
		});
		this.faces = new CursorFaces(this.#stage.faces, () => this.#mark('live'));
		this.#picture = new Picture({
			scene: this.scene,
			camera: this.camera,
			selection: this.#selection,
			gesture: this.#gesture,
			ghosts: this.#ghosts,
			presence: this.#presence,
			stage: this.#stage,
			faces: this.faces,
			selectionPlace: new SelectionPlace(options.onSelectionAt),
			scheduler: this.#scheduler,
			mayHold: () => this.#tool.name === 'select' && options.mayEdit(),
			focused: () => this.#focus.id,
			writing: options.writing
		});
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
				isProxy: (node) => this.#focus.has(node),
				back: () => this.comeBack(),
				hush: this.hush,
				space: (held) => {
					this.#pointer.space = held;
					this.#showPointer();
				}
			})
		];
		this.#stage.watch();
		const uncover = (): void => this.#uncoverWords();
		visualViewport?.addEventListener('resize', uncover);
		this.#stop.push(() => visualViewport?.removeEventListener('resize', uncover));
	}

	get selected(): readonly Item[] {
		return selectedItems(this.#desk);
	}

	/** Takes up a tool; a reader's board knows only those that change nothing. */
	use(name: ToolName): void {
		if (!isReading(name) && !this.#options.mayEdit()) return;
		if (!this.#tool.state.idle) this.#tool.cancel();
		this.#words.leave();
		this.#tool = takeUp(name, this.#desk);
		this.#options.onTool(name);
		this.#showPointer();
	}

	/** What a button of the page does: words that are open then are the last thing that was done. */
	takeBack(what: 'undo' | 'redo'): void {
		this.#words.leave();
		this.actions[what]();
	}

	/** The colour of what is selected and of the next note. */
	colour(colour: NoteColour): void {
		this.#colour = colour;
		if (this.#selection.size > 0) this.actions.recolour(colour);
	}

	/** The focus comes back from the page's bars to where the keyboard stands: the element, or the one selected thing. */
	comeBack(): void {
		const [id, ...more] = this.#selection.ids;
		if (this.#focus.id === null && id !== undefined && more.length === 0) this.#stand(id);
		else this.#focus.focus();
	}

	/** The role changed: a reader keeps no editing tool, no gesture and no open words. */
	rights(): void {
		if (this.#options.mayEdit()) return;
		if (this.#words.id !== null) this.hush.begin();
		this.#words.close();
		this.#tool.cancel();
		this.use('select');
	}

	destroy(): void {
		this.#tool.cancel();
		this.#words.close();
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
		this.#options.onSelection(ids);
		this.#mark('live');
	}

	#changed({ ids }: SceneChange): void {
		this.#ghosts.arrived(ids);
		this.#tool.changed();
		this.#selection.keep((id) => this.scene.get(id) !== undefined);
		const focused = this.#focus.id !== null && ids.has(this.#focus.id) ? this.scene.get(this.#focus.id) : undefined;
		if (focused) this.#focus.follow(focused, this.#spoken(focused));
		else if (this.#focus.id !== null && !this.scene.get(this.#focus.id)) this.#focus.leave();
		this.#words.follow(ids);
		if ([...ids].some((id) => this.#selection.has(id))) this.#options.onSelection(this.#selection.ids);
		this.#stage.invalidate();
		this.#mark('scene', 'live');
	}

	#pressed(): void {
		this.#words.close();
		this.#focus.leave();
		this.#options.host.focus({ preventScroll: true });
	}

	#showPointer(): void {
		const { state } = this.#tool;
		this.#options.host.style.cursor = this.#pointer.pushes ? 'grab' : state.look;
	}

	/** Words were opened or closed: their picture comes and goes, and the others are told. */
	#opened(item: Item | null): void {
		this.#presence.say({ edit: item?.element.id ?? null });
		if (item) this.#uncoverWords();
		this.#stage.invalidate();
		this.#mark('scene', 'live', 'layer');
	}

	/** What is being written is seen; where it is seen already, nothing moves under the pointer. */
	#uncoverWords(): void {
		const item = this.#words.id === null ? undefined : this.scene.get(this.#words.id);
		if (item) this.camera.uncover(wordsBox(this.#stage.words, item));
	}

	#stand(id: ElementId | null): void {
		const item = id === null ? undefined : this.scene.get(id);
		if (item) this.#focus.stand(item, this.#spoken(item));
		else this.#focus.leave();
		this.#mark('live');
	}

	#spoken(item: Item): Spoken {
		const order = this.scene.reading();
		return this.#options.spoken(
			item,
			order.findIndex(({ element }) => element.id === item.element.id) + 1,
			order.length
		);
	}
}
