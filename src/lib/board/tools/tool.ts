/**
 * A tool is a machine of states, one file a state. A state answers each event with the state that follows (often itself).
 * `cancel` always leads back to the tool's idle state; so does the end of anything it worked on.
 */
import type { ElementId, NoteColour } from '../../../domain/board/element.ts';
import type { Camera } from '../engine/camera.ts';
import type { Point } from '../engine/geometry.ts';
import type { OwnGesture } from '../engine/own-gesture.ts';
import type { Edits } from '../engine/ports.ts';
import type { Scene } from '../engine/scene.ts';
import type { Selection } from '../engine/selection.ts';

export const TOOLS = ['select', 'hand', 'note', 'text', 'rectangle', 'arrow'] as const;
export type ToolName = (typeof TOOLS)[number];

/** A pointer's event: where on the board, where on the screen, and what is held with it. */
export type At = Readonly<{ board: Point; screen: Point; shift: boolean; command: boolean; touch: boolean }>;

/** What tools work with. */
export type Desk = Readonly<{
	scene: Scene;
	camera: Camera;
	selection: Selection;
	edits: Edits;
	gesture: OwnGesture;
	mayEdit: () => boolean;
	/** The colour that the next note gets. */
	colour: () => NoteColour;
	openText: (id: ElementId) => void;
	/** Takes up another tool. */
	use: (tool: ToolName) => void;
}>;

/** The pointer's look while a state lasts. */
export type PointerLook =
	'default' | 'grab' | 'grabbing' | 'crosshair' | 'move' | 'text' | 'nwse-resize' | 'nesw-resize';

export type State = Readonly<{
	idle: boolean;
	look: PointerLook;
	down?: (at: At) => State;
	move?: (at: At) => State;
	up?: (at: At) => State;
	double?: (at: At) => State;
	/** The document changed under the gesture: what it works on may be gone. */
	changed?: () => State;
	/** Gives up what is under way: the board is as before. */
	cancel: () => State;
}>;

/** How far a pointer moves before a press becomes a drag, in pixels: fingers are less steady. */
export function isDrag(from: At, to: At): boolean {
	return Math.hypot(to.screen[0] - from.screen[0], to.screen[1] - from.screen[1]) > (from.touch ? 8 : 4);
}

/** Runs one tool: events in, the state it is in out. */
export class Tool {
	readonly name: ToolName;
	#state: State;

	constructor(name: ToolName, idle: State) {
		this.name = name;
		this.#state = idle;
	}

	get state(): State {
		return this.#state;
	}

	pointer(kind: 'down' | 'move' | 'up' | 'double', at: At): void {
		this.#state = this.#state[kind]?.(at) ?? this.#state;
	}

	changed(): void {
		this.#state = this.#state.changed?.() ?? this.#state;
	}

	cancel(): void {
		this.#state = this.#state.cancel();
	}
}
