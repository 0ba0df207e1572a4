/** The tools that put down a note or a text: a press shows where, letting go makes it and opens its words. */
import type { Point } from '../engine/geometry.ts';
import type { Draft } from '../engine/ports.ts';
import type { At, Desk, State } from './tool.ts';

/** How large new things are, in board units. */
export const SIZES = { note: [200, 200], text: [240, 28], rectangle: [200, 120], arrow: [160, 0] } as const;

type Placed = 'note' | 'text';

/** The thing with its middle (a text: its beginning) at the point. */
export function draftAt(kind: Placed, [x, y]: Point, colour: ReturnType<Desk['colour']>): Draft {
	const size = SIZES[kind];
	const at: Point = [Math.round(kind === 'note' ? x - size[0] / 2 : x), Math.round(y - size[1] / 2)];
	return kind === 'note' ? { t: 'note', at, size, colour } : { t: 'text', at, size };
}

export function placingIdle(desk: Desk, kind: Placed): State {
	const self: State = {
		idle: true,
		look: kind === 'text' ? 'text' : 'crosshair',
		down: (at) => placing(desk, kind, at),
		cancel: () => self
	};
	return self;
}

function placing(desk: Desk, kind: Placed, from: At): State {
	let at = from;
	const show = (): void => {
		const draft = draftAt(kind, at.board, desk.colour());
		if (draft.t === 'conn') return;
		const [x, y] = draft.at;
		desk.gesture.show({
			sketch: {
				shape: kind,
				points: [
					[x, y],
					[x + draft.size[0], y + draft.size[1]]
				]
			}
		});
	};
	const finish = (kept: boolean): State => {
		desk.gesture.end(false);
		const after = placingIdle(desk, kind);
		if (!kept || !desk.mayEdit()) return after;
		const id = desk.edits.add(draftAt(kind, at.board, desk.colour()));
		desk.selection.set([id]);
		desk.use('select');
		desk.openText(id);
		return after;
	};
	const self: State = {
		idle: false,
		look: 'crosshair',
		move: (to) => {
			at = to;
			show();
			return self;
		},
		up: () => finish(true),
		cancel: () => finish(false)
	};
	show();
	return self;
}
