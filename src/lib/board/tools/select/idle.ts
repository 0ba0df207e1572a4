import type { At, Desk, State } from '../tool.ts';
import { banding } from './banding.ts';
import { cornerAt, endAt, isResizable, loneArrow, selectedItems, selectionBox } from './handles.ts';
import { pressing } from './pressing.ts';
import { pullingEnd } from './pulling-end.ts';
import { resizing } from './resizing.ts';

/** How near to a line counts as on it, in pixels. */
const SLACK_PX = { mouse: 6, touch: 14 } as const;

/** Waiting: a press takes a handle, an element, or begins a rubber band; a double press opens words. */
export function idle(desk: Desk): State {
	const under = (at: At) => desk.scene.at(at.board, SLACK_PX[at.touch ? 'touch' : 'mouse'] / desk.camera.look.zoom);
	const handleAt = (at: At) => {
		const box = selectionBox(desk);
		if (!box || !desk.mayEdit() || !isResizable(selectedItems(desk))) return null;
		return cornerAt(box, at.screen, (point) => desk.camera.toScreen(point), at.touch);
	};
	const self: State = {
		idle: true,
		look: 'default',
		down: (at) => {
			const arrow = desk.mayEdit() ? loneArrow(selectedItems(desk)) : null;
			const end = arrow && endAt(arrow, at.screen, (point) => desk.camera.toScreen(point), at.touch);
			if (arrow && end) return pullingEnd(desk, arrow, end, at);
			const corner = handleAt(at);
			if (corner) return resizing(desk, corner, at);
			const item = under(at);
			return item ? pressing(desk, item.element.id, at) : banding(desk, at);
		},
		double: (at) => {
			const item = under(at);
			if (item && desk.mayEdit()) desk.openText(item.element.id);
			return self;
		},
		cancel: () => self
	};
	return self;
}
