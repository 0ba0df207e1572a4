import type { ElementId } from '../../../../domain/board/element.ts';
import { boxAroundTurned, grow, type Box } from '../geometry.ts';
import type { Place } from '../place.ts';
import type { Item, Scene } from '../scene.ts';

/** More elements than this on the move at once are simply drawn on top: nobody follows what goes under what then. */
const MOST = 200;
/** Arrow heads and lines reach this far out of their boxes, in board units. */
const OUT = 20;

/** What is drawn on the live canvas, lowest first, and where; no boxes: everywhere. */
export type Lifted = Readonly<{ items: readonly Item[]; within: readonly Box[] }>;

/**
 * Elements on the move with all that lies over them where they are now: what one drags goes under what it will lie under,
 * and nothing changes on release.
 */
export function lifted(scene: Scene, places: ReadonlyMap<ElementId, Place>): Lifted {
	const moving = [...places].flatMap(([id, place]) => {
		const item = scene.get(id);
		return item ? [{ item, box: grow(boxAroundTurned(place, item.element.rot), OUT) }] : [];
	});
	const items = moving.map(({ item }) => item);
	if (moving.length === 0 || moving.length > MOST) return { items, within: [] };
	const within = moving.map(({ box }) => box);
	const all = scene.ordered([...items, ...within.flatMap((box) => scene.query(box))]);
	return { items: all.slice(all.findIndex(({ element }) => places.has(element.id))), within };
}
