import type { ElementId } from '../../../../domain/board/element.ts';
import { boxAround, type Box } from '../../engine/geometry.ts';
import { isDrag, type At, type Desk, type State } from '../tool.ts';
import { carriedWhole, keepsProportions, pulled, selectedItems, type Corner } from './handles.ts';
import { idle } from './idle.ts';

/**
 * Pulling a corner of the selection, from where a press becomes a drag; notes and several things at once keep their
 * proportions. One write, on release.
 */
export function resizing(desk: Desk, corner: Corner, from: At): State {
	const items = selectedItems(desk);
	const whole = boxAround(items.map((item) => item.frame));
	if (!whole) return idle(desk);
	const frames = new Map(items.map((item) => [item.element.id, item.frame]));
	const even = keepsProportions(items);
	let places: ReadonlyMap<ElementId, Box> | null = null;

	const follow = (at: At): void => {
		if (!places) desk.gesture.begin({ do: 'resize', ids: [...frames.keys()] });
		const shift = [at.board[0] - from.board[0], at.board[1] - from.board[1]] as const;
		const to = pulled(whole, corner, shift, even !== at.shift);
		places = new Map([...frames].map(([id, frame]) => [id, carriedWhole(frame, whole, to)]));
		desk.gesture.show({ places });
		desk.gesture.delta(Object.fromEntries([...places].map(([id, { x, y, w, h }]) => [id, [x, y, w, h] as const])));
	};
	const finish = (kept: boolean): State => {
		const there = [...(places ?? [])].filter(([id]) => desk.scene.get(id));
		const changes = kept && there.length > 0;
		desk.gesture.end(changes);
		if (changes) desk.edits.resize(new Map(there.map(([id, { x, y, w, h }]) => [id, [x, y, w, h]])));
		return idle(desk);
	};
	const self: State = {
		idle: false,
		look: corner === 'nw' || corner === 'se' ? 'nwse-resize' : 'nesw-resize',
		move: (at) => {
			if (places || isDrag(from, at)) follow(at);
			return self;
		},
		up: () => finish(true),
		changed: () => {
			for (const id of frames.keys()) if (!desk.scene.get(id)) frames.delete(id);
			return frames.size === 0 ? finish(false) : self;
		},
		cancel: () => finish(false)
	};
	return self;
}
