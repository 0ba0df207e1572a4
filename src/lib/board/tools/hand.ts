import type { At, Desk, State } from './tool.ts';

/** Pushes the board about. */
export function handIdle(desk: Desk): State {
	const self: State = {
		idle: true,
		look: 'grab',
		down: (at) => pushing(desk, at),
		cancel: () => self
	};
	return self;
}

function pushing(desk: Desk, from: At): State {
	let last = from.screen;
	const self: State = {
		idle: false,
		look: 'grabbing',
		move: ({ screen }) => {
			desk.camera.pan(screen[0] - last[0], screen[1] - last[1]);
			last = screen;
			return self;
		},
		up: () => handIdle(desk),
		cancel: () => handIdle(desk)
	};
	return self;
}
