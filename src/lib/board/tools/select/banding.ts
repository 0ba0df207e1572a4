import { boxBetween } from '../../engine/geometry.ts';
import { isDrag, type At, type Desk, type State } from '../tool.ts';
import { idle } from './idle.ts';

/** A rubber band from an empty place: takes all it touches, with shift in addition. A mere press selects nothing. */
export function banding(desk: Desk, from: At): State {
	const before = desk.selection.ids;
	const adds = from.shift || from.command;
	const done = (): State => {
		desk.gesture.end(false);
		return idle(desk);
	};
	const self: State = {
		idle: false,
		look: 'default',
		move: (at) => {
			if (!isDrag(from, at)) return self;
			const band = boxBetween(from.board, at.board);
			desk.gesture.show({ band });
			const taken = desk.scene.within(band).map(({ element }) => element.id);
			desk.selection.set(adds ? [...before, ...taken] : taken);
			return self;
		},
		up: (at) => {
			if (!adds && !isDrag(from, at)) desk.selection.set([]);
			return done();
		},
		cancel: () => {
			desk.selection.set(before.filter((id) => desk.scene.get(id)));
			return done();
		}
	};
	return self;
}
