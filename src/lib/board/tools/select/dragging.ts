import { moved, type Point } from '../../engine/geometry.ts';
import type { At, Desk, State } from '../tool.ts';
import { selectedItems } from './handles.ts';
import { idle } from './idle.ts';

/**
 * Moving the selection. The document changes once, on release; until then only pictures move, here and elsewhere. What
 * someone else deletes meanwhile drops out; when nothing is left, the drag is over.
 */
export function dragging(desk: Desk, from: At, first: At): State {
	const items = selectedItems(desk).filter(({ element }) => !element.lock);
	if (items.length === 0) return idle(desk);
	const frames = new Map(items.map((item) => [item.element.id, item.frame]));
	let shift: Point = [0, 0];
	desk.gesture.begin({ do: 'move', ids: [...frames.keys()] });

	const follow = (at: At): void => {
		let dx = at.board[0] - from.board[0];
		let dy = at.board[1] - from.board[1];
		if (at.shift) [dx, dy] = Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
		shift = [Math.round(dx), Math.round(dy)];
		desk.gesture.show({ places: new Map([...frames].map(([id, frame]) => [id, moved(frame, ...shift)])) });
		desk.gesture.delta(shift);
	};
	const finish = (kept: boolean): State => {
		const ids = [...frames.keys()].filter((id) => desk.scene.get(id));
		const moves = kept && ids.length > 0 && (shift[0] !== 0 || shift[1] !== 0);
		// The end is announced before the update it announces, on the same ordered socket.
		desk.gesture.end(moves);
		if (moves) desk.edits.move(ids, ...shift);
		return idle(desk);
	};
	const self: State = {
		idle: false,
		look: 'move',
		move: (at) => {
			follow(at);
			return self;
		},
		up: (at) => {
			follow(at);
			return finish(true);
		},
		changed: () => {
			for (const id of frames.keys()) if (!desk.scene.get(id)) frames.delete(id);
			return frames.size === 0 ? finish(false) : self;
		},
		cancel: () => finish(false)
	};
	follow(first);
	return self;
}
