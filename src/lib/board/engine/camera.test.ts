import { expect, test, vi } from 'vitest';
import { intersects } from './geometry.ts';
import { Camera, ZOOM } from './camera.ts';
import { seeded } from './fixture.ts';

function camera(): Camera {
	const made = new Camera(
		() => undefined,
		() => ({ left: 64, top: 140, right: 0, bottom: 60 })
	);
	made.resize(800, 600);
	return made;
}

test('what is under the pointer stays under it, however one zooms', () => {
	const random = seeded(7);
	const one = camera();
	for (let n = 0; n < 200; n++) {
		const screen = [random() * 800, random() * 600] as const;
		const before = one.toBoard(screen);
		one.zoomAt(screen, 0.5 + random());
		const after = one.toBoard(screen);
		expect(after[0]).toBeCloseTo(before[0], 6);
		expect(after[1]).toBeCloseTo(before[1], 6);
		expect(one.look.zoom).toBeGreaterThanOrEqual(ZOOM.least);
		expect(one.look.zoom).toBeLessThanOrEqual(ZOOM.most);
	}
});

test('screen to board and back is the same point', () => {
	const one = camera();
	one.set({ x: -120, y: 77, zoom: 1.7 });
	const there = one.toScreen(one.toBoard([321, 123]));
	expect(there[0]).toBeCloseTo(321, 9);
	expect(there[1]).toBeCloseTo(123, 9);
});

test('fitting shows the whole box in the middle and never comes closer than 100 %', () => {
	const one = camera();
	one.fit({ x: 1000, y: 1000, w: 4000, h: 100 });
	expect(one.view.x).toBeLessThan(1000);
	expect(one.view.x + one.view.w).toBeGreaterThan(5000);
	one.fit({ x: 0, y: 0, w: 10, h: 10 });
	expect(one.look.zoom).toBe(1);
	const [x, y] = one.toScreen([5, 5]);
	expect(x).toBeCloseTo(432, 6);
	expect(y).toBeCloseTo(340, 6);
});

test('one thing far out does not hide the rest; of two far apart one is shown', () => {
	const one = camera();
	const near = [0, 300, 600].map((x) => ({ x, y: 0, w: 200, h: 200 }));
	one.fitAll([...near, { x: 9e6, y: -9e6, w: 200, h: 200 }]);
	expect(one.look.zoom).toBeGreaterThan(0.5);
	for (const box of near) expect(intersects(box, one.view)).toBe(true);
	const apart = [-20_000, 20_000].map((x) => ({ x, y: 0, w: 200, h: 200 }));
	one.fitAll(apart);
	expect(one.look.zoom).toBe(1);
	expect(apart.filter((box) => intersects(box, one.view))).toHaveLength(1);
	one.fitAll([]);
	expect(one.look.zoom).toBe(1);
});

test('fitting leaves nothing under a bar, whatever its shape', () => {
	const one = camera();
	for (const [w, h] of [
		[4000, 100],
		[100, 4000],
		[2000, 2000]
	] as const) {
		one.fit({ x: -50, y: 70, w, h });
		const [left, top] = one.toScreen([-50, 70]);
		const [right, bottom] = one.toScreen([-50 + w, 70 + h]);
		expect(left).toBeGreaterThan(64);
		expect(top).toBeGreaterThan(140);
		expect(right).toBeLessThan(800);
		expect(bottom).toBeLessThan(540);
	}
});

test('revealing moves nothing that is in view, and as little as needed for what is not', () => {
	const changed = vi.fn();
	const one = new Camera(changed);
	one.resize(800, 600);
	changed.mockClear();
	one.reveal({ x: 100, y: 100, w: 100, h: 100 });
	expect(changed).not.toHaveBeenCalled();
	one.reveal({ x: 900, y: 100, w: 100, h: 100 });
	expect(one.look).toMatchObject({ x: 1000 - 768, y: 0 });
});

test('a look that is no number is not taken', () => {
	const one = camera();
	one.set({ x: Number.NaN, y: 0, zoom: 1 });
	expect(one.look).toEqual({ x: 0, y: 0, zoom: 1 });
});

test('what is uncovered moves the view only when it is hidden, and no further than to the bar’s edge', () => {
	const camera = new Camera(
		() => undefined,
		() => ({ left: 0, top: 60, right: 0, bottom: 100 })
	);
	camera.resize(1000, 800);
	const lookAfter = (y: number) => {
		camera.set({ x: 0, y: 0, zoom: 1 });
		camera.uncover({ x: 400, y, w: 100, h: 20 });
		return camera.look.y;
	};
	expect([61, 400, 679].map(lookAfter)).toEqual([0, 0, 0]);
	expect(lookAfter(50)).toBe(-10);
	expect(lookAfter(700)).toBe(20);
});
