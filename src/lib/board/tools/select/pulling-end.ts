import type { Point } from '../../engine/geometry.ts';
import { boxBetween } from '../../engine/geometry.ts';
import type { Item } from '../../engine/scene.ts';
import { straight } from '../drawing.ts';
import { isDrag, type At, type Desk, type State } from '../tool.ts';
import type { End } from './handles.ts';
import { idle } from './idle.ts';

/**
 * Pulling one end of an arrow; the other stays. It begins as a drag does, and the end keeps its distance from the pointer.
 * One write, on release. With shift at a multiple of 45°.
 */
export function pullingEnd(desk: Desk, item: Item, end: End, from: At): State {
	const { id } = item.element;
	const { ends } = item;
	if (!ends) return idle(desk);
	const [a, b] = ends;
	const still = end === 'a' ? b : a;
	const was = end === 'a' ? a : b;
	let to: Point | null = null;

	const follow = (at: At): void => {
		if (to === null) desk.gesture.begin({ do: 'end', ids: [id] });
		const point: Point = [was[0] + at.board[0] - from.board[0], was[1] + at.board[1] - from.board[1]];
		const [x, y] = at.shift ? straight('arrow', still, point) : point;
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
			if (to !== null || isDrag(from, at)) follow(at);
			return self;
		},
		up: () => finish(true),
		changed: () => (desk.scene.get(id) ? self : finish(false)),
		cancel: () => finish(false)
	};
	return self;
}
