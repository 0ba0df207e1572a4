/** The tools that are drawn from one point to another: rectangle and arrow. A mere press makes one of the usual size; a rectangle's words open, as a note's do. */
import { boxBetween, type Point } from '../engine/geometry.ts';
import type { Draft } from '../engine/ports.ts';
import { SIZES } from './placing.ts';
import { isDrag, type At, type Desk, type State } from './tool.ts';

type Drawn = 'rectangle' | 'arrow';

/** The thing from one point to the other. */
export function draftBetween(kind: Drawn, a: Point, b: Point): Draft {
	if (kind === 'arrow') return { t: 'conn', a: { pt: rounded(a) }, b: { pt: rounded(b) } };
	const box = boxBetween(rounded(a), rounded(b));
	return { t: 'shape', at: [box.x, box.y], size: [Math.max(1, box.w), Math.max(1, box.h)], colour: 'none' };
}

export function drawingIdle(desk: Desk, kind: Drawn): State {
	const self: State = {
		idle: true,
		look: 'crosshair',
		down: (at) => drawing(desk, kind, at),
		cancel: () => self
	};
	return self;
}

function drawing(desk: Desk, kind: Drawn, from: At): State {
	const [w, h] = SIZES[kind];
	const usual: Point = [from.board[0] + w, from.board[1] + h];
	let to: Point = usual;
	const shape = kind === 'arrow' ? 'conn' : 'shape';
	desk.gesture.begin({ do: 'draw', t: shape, st: {} });

	const finish = (kept: boolean): State => {
		const after = drawingIdle(desk, kind);
		if (!kept || !desk.mayEdit()) {
			desk.gesture.end(false);
			return after;
		}
		const id = desk.edits.add(draftBetween(kind, from.board, to));
		desk.gesture.end(true, [id]);
		desk.selection.set([id]);
		desk.use('select');
		if (kind === 'rectangle') desk.openText(id);
		return after;
	};
	const self: State = {
		idle: false,
		look: 'crosshair',
		move: (at) => {
			to = isDrag(from, at) ? (at.shift ? straight(kind, from.board, at.board) : at.board) : usual;
			const points = [rounded(from.board), rounded(to)] as const;
			desk.gesture.show({ sketch: { shape, points } });
			desk.gesture.delta(points);
			return self;
		},
		up: () => finish(true),
		cancel: () => finish(false)
	};
	return self;
}

/** The point that is meant with shift: a square, or a line at a multiple of 45°. */
export function straight(kind: Drawn, a: Point, b: Point): Point {
	const dx = b[0] - a[0];
	const dy = b[1] - a[1];
	if (kind === 'rectangle') {
		const side = Math.max(Math.abs(dx), Math.abs(dy));
		return [a[0] + side * Math.sign(dx || 1), a[1] + side * Math.sign(dy || 1)];
	}
	const step = Math.PI / 4;
	const angle = Math.round(Math.atan2(dy, dx) / step) * step;
	const long = Math.hypot(dx, dy);
	return [a[0] + long * Math.cos(angle), a[1] + long * Math.sin(angle)];
}

function rounded([x, y]: Point): Point {
	return [Math.round(x), Math.round(y)];
}
