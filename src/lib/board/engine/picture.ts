/** The board's picture, frame by frame: what is out of date is drawn, and what is still moving asks for the next frame. */
import type { ElementId } from '../../../domain/board/element.ts';
import { holdsOf, selectedItems, selectionBox } from '../tools/select/handles.ts';
import type { Camera } from './camera.ts';
import type { CursorFaces } from './faces.ts';
import type { Ghosts } from './ghosts.ts';
import type { OwnGesture } from './own-gesture.ts';
import type { Place } from './place.ts';
import type { PresenceLayer } from './presence.ts';
import { tagsAbovePx } from './render/paint-people.ts';
import type { Scene } from './scene.ts';
import type { Part, Scheduler } from './scheduler.ts';
import type { Selection } from './selection.ts';
import type { SelectionPlace } from './selection-place.ts';
import type { Stage } from './stage.ts';

/** What a picture is drawn of, and where it is drawn. */
export type PicturePorts = Readonly<{
	scene: Scene;
	camera: Camera;
	selection: Selection;
	gesture: OwnGesture;
	ghosts: Ghosts;
	presence: PresenceLayer;
	stage: Stage;
	faces: CursorFaces;
	selectionPlace: SelectionPlace;
	scheduler: Scheduler;
	/** Whether what is selected can be taken hold of just now. */
	mayHold: () => boolean;
	/** The element that the keyboard stands on. */
	focused: () => ElementId | null;
	/** What stands over an element in which somebody else is writing. */
	writing: (name: string) => string;
}>;

export class Picture {
	readonly #ports: PicturePorts;
	#lifted: ReadonlySet<ElementId> = new Set();

	constructor(ports: PicturePorts) {
		this.#ports = ports;
	}

	/** Elements drawn elsewhere than they lie, above the scene: it leaves them out. */
	get lifted(): ReadonlySet<ElementId> {
		return this.#lifted;
	}

	/** Draws the parts that are out of date; what moves is drawn in each frame. */
	draw(parts: ReadonlySet<Part>, now: number): void {
		const { scene, camera, selection, gesture, ghosts, presence, stage, faces, scheduler } = this.#ports;
		ghosts.expire();
		const places = new Map<ElementId, Place>([...ghosts.places(), ...gesture.preview.places]);
		const isSame = this.#lift(places);
		if (parts.has('scene') || !isSame) stage.drawScene();
		if (parts.has('layer')) stage.placeLayer();
		const onTheWay = presence.step(now);
		const cursors = presence.cursors();
		stage.drawLive({
			scene,
			camera,
			places,
			preview: gesture.preview,
			sketches: ghosts.sketches(),
			selected: selection.ids,
			handles: this.#ports.mayHold() ? holdsOf(selectedItems({ scene, selection })) : null,
			focused: this.#ports.focused(),
			others: cursors,
			writing: this.#ports.writing,
			hasFace: (client) => faces.has(client)
		});
		faces.place(cursors, camera);
		const moves = gesture.preview.places.size > 0;
		const box = moves ? null : selectionBox({ scene, selection });
		const abovePx = tagsAbovePx(cursors, (id) => {
			const lies = selection.has(id) ? scene.get(id)?.bounds : undefined;
			return box && lies ? (lies.y - box.y) * camera.look.zoom : null;
		});
		this.#ports.selectionPlace.is(box, camera, abovePx);
		if (onTheWay) scheduler.mark('live');
		// A ghost that stands still is drawn again only when the clock ends it.
		const endsAtMs = ghosts.endsAtMs;
		scheduler.markIn('live', endsAtMs === null ? null : endsAtMs - performance.now());
	}

	/** Lifts just these out of the scene; answers whether they were the same before. */
	#lift(places: ReadonlyMap<ElementId, Place>): boolean {
		const isSame = places.size === this.#lifted.size && [...places.keys()].every((id) => this.#lifted.has(id));
		if (!isSame) {
			this.#lifted = new Set(places.keys());
			this.#ports.stage.invalidate();
		}
		return isSame;
	}
}
