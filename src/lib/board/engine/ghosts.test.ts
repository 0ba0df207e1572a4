import { expect, test } from 'vitest';
import { GHOST_MS } from '../../../domain/wire/live.ts';
import type { Box } from './geometry.ts';
import { Ghosts, SILENT_MS } from './ghosts.ts';

/** One note at 0,0 that someone drags to 50,0. */
function dragged() {
	const clock = { ms: 0 };
	const board = new Map<string, Box>([['note', { x: 0, y: 0, w: 10, h: 10 }]]);
	const ghosts = new Ghosts(
		(id) => board.get(id),
		() => clock.ms
	);
	const say = (phase: 0 | 1 | 2, payload: unknown): void => ghosts.take({ client: 5, gesture: 1, phase, payload });
	say(0, { do: 'move', ids: ['note'] });
	say(1, [50, 0]);
	/** Where a viewer sees the note. */
	const seen = (): number | undefined => (ghosts.places().get('note') ?? board.get('note'))?.x;
	const arrives = (): void => {
		board.set('note', { x: 50, y: 0, w: 10, h: 10 });
		ghosts.arrived(new Set(['note']));
	};
	return { clock, board, ghosts, say, seen, arrives };
}

test('a released note never jumps back: the end may come before its update', () => {
	const { say, seen, arrives, ghosts } = dragged();
	expect(seen()).toBe(50);
	say(2, { kept: true });
	expect(seen()).toBe(50);
	arrives();
	expect(seen()).toBe(50);
	expect(ghosts.active).toBe(false);
});

test('a released note never jumps forth: the update may come before the end', () => {
	const { say, seen, arrives, ghosts } = dragged();
	arrives();
	expect(seen()).toBe(50);
	say(2, { kept: true });
	expect(seen()).toBe(50);
	expect(ghosts.active).toBe(false);
});

test('a drag that was given up puts the note back at once', () => {
	const { say, seen } = dragged();
	say(2, { kept: false });
	expect(seen()).toBe(0);
});

test('another change of the awaited note does not end the ghost', () => {
	const { say, seen, ghosts } = dragged();
	say(2, { kept: true });
	ghosts.arrived(new Set(['note']));
	expect(seen()).toBe(50);
});

test('a ghost whose update never comes ends after two seconds', () => {
	const { say, seen, ghosts, clock } = dragged();
	say(2, { kept: true });
	clock.ms = GHOST_MS - 1;
	expect(ghosts.expire()).toBe(false);
	clock.ms = GHOST_MS;
	expect(ghosts.expire()).toBe(true);
	expect(seen()).toBe(0);
});

test('gestures end with their client, with silence, and with the element', () => {
	const one = dragged();
	one.ghosts.left(5);
	expect(one.ghosts.active).toBe(false);
	const two = dragged();
	two.clock.ms = SILENT_MS;
	two.ghosts.expire();
	expect(two.ghosts.active).toBe(false);
	const three = dragged();
	three.board.delete('note');
	expect(three.ghosts.places().size).toBe(0);
	three.say(2, { kept: true });
	expect(three.ghosts.active).toBe(false);
});

test('a drawing stays until the element it announced is there', () => {
	const { board, ghosts } = dragged();
	const say = (phase: 0 | 1 | 2, payload: unknown): void => ghosts.take({ client: 6, gesture: 1, phase, payload });
	say(0, { do: 'draw', t: 'conn', st: {} });
	say(1, [
		[0, 0],
		[9, 9]
	]);
	say(2, { kept: true, ids: ['arrow'] });
	expect(ghosts.sketches()).toHaveLength(1);
	board.set('arrow', { x: 0, y: 0, w: 9, h: 9 });
	ghosts.arrived(new Set(['arrow']));
	expect(ghosts.sketches()).toHaveLength(0);
});

test('the end of an arrow that somebody pulls is seen where they have it, also when the arrow turns round', () => {
	const { ghosts, board } = dragged();
	board.set('arrow', { x: 0, y: 0, w: 50, h: 20 });
	const say = (phase: 0 | 1 | 2, payload: unknown): void => ghosts.take({ client: 6, gesture: 1, phase, payload });
	const ends = [
		[0, 0],
		[-30, 40]
	];
	say(0, { do: 'end', ids: ['arrow'] });
	say(1, ends);
	say(1, [[0, 0], 'nonsense']);
	expect(ghosts.places().get('arrow')).toEqual({ x: -30, y: 0, w: 30, h: 40, ends });
	say(2, { kept: true });
	expect(ghosts.places().get('arrow')).toMatchObject({ ends });
	board.set('arrow', { x: -30, y: 0, w: 30, h: 40 });
	ghosts.arrived(new Set(['arrow']));
	expect(ghosts.places().has('arrow')).toBe(false);
});

test('nonsense from the wire is passed over', () => {
	const { ghosts, seen } = dragged();
	for (const payload of [null, 'x', [1], [Number.NaN, 0], { note: [1, 2] }, [[1, 'a']]])
		for (const phase of [0, 1] as const) ghosts.take({ client: 9, gesture: 1, phase, payload });
	ghosts.take({ client: 5, gesture: 1, phase: 1, payload: [Infinity, 0] });
	expect(seen()).toBe(50);
});

test('says when the clock ends the next ghost: until then nothing has to be drawn again for it', () => {
	const { say, ghosts, clock } = dragged();
	expect(ghosts.endsAtMs).toBe(SILENT_MS);
	clock.ms = 100;
	say(2, { kept: true });
	expect(ghosts.endsAtMs).toBe(100 + GHOST_MS);
	clock.ms = 100 + GHOST_MS;
	expect(ghosts.expire()).toBe(true);
	expect(ghosts.endsAtMs).toBeNull();
});
