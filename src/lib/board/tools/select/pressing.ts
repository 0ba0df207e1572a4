import type { ElementId } from '../../../../domain/board/element.ts';
import { isDrag, type At, type Desk, type State } from '../tool.ts';
import { dragging } from './dragging.ts';
import { idle } from './idle.ts';

/** Pressed on an element and not yet moved: letting go selects it, moving drags it. */
export function pressing(desk: Desk, id: ElementId, from: At): State {
	const wasSelected = desk.selection.has(id);
	const adds = from.shift || from.command;
	if (!wasSelected) desk.selection.set(adds ? [...desk.selection.ids, id] : [id]);
	const self: State = {
		idle: false,
		look: 'default',
		move: (at) => (isDrag(from, at) && desk.mayEdit() ? dragging(desk, from, at) : self),
		up: () => {
			if (wasSelected && adds) desk.selection.toggle(id);
			else if (wasSelected) desk.selection.set([id]);
			return idle(desk);
		},
		changed: () => (desk.scene.get(id) ? self : idle(desk)),
		cancel: () => idle(desk)
	};
	return self;
}
