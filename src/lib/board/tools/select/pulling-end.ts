import type { Point } from '../../engine/geometry.ts';
import { boxBetween } from '../../engine/geometry.ts';
import type { Item } from '../../engine/scene.ts';
import { straight } from '../drawing.ts';
import type { At, Desk, State } from '../tool.ts';
import type { End } from './handles.ts';
import { idle } from './idle.ts';

/** Pulling one end of an arrow; the other stays. One write, on release. With shift at a multiple of 45°. */
export function pullingEnd(desk: Desk, item: Item, end: End): State {
	const { id } = item.element;
	const { ends } = item;
	if (!ends) return idle(desk);
	const [a, b] = ends;
	const still = end === 'a' ? b : a;
	let to: Point | null = null;
	desk.gesture.begin({ do: 'end', ids: [id] });

	const follow = (at: At): void => {
		const [x, y] = at.shift ? straight('arrow', still, at.board) : at.board;
		to = [Math.round(x), Math.round(y)];
		const shown: readonly [Point, Point] = end === 'a' ? [to, still] : [still, to];
		desk.gesture.show({ places: new Map([[id, { ...boxBetween(...shown), ends: shown }]]) });
		desk.gesture.delta(shown);
	};
	const finish = (kept: boolean): State => {
		const changes = kept && to !== null && desk.scene.get(id) !== undefined;
		desk.gesture.end(changes);
		if (changes && to) desk.edits.moveEnd(id, end, to);
		return idle(desk);
	};
	const self: State = {
		idle: false,
		look: 'move',
		move: (at) => {
			follow(at);
			return self;
		},
		up: () => finish(true),
		changed: () => (desk.scene.get(id) ? self : finish(false)),
		complete: () => finish(true),
		cancel: () => finish(false)
	};
	return self;
}
