import { expect, test } from 'vitest';
import { swatchesPlace } from './swatches-place.ts';

const bar = { width: 224, height: 44 };
const view = { width: 1280, height: 800 };
const bars = { left: 70, top: 64, right: 0, bottom: 60 };

test('colours stand above the selection, clear of its handles', () => {
	const [x, y] = swatchesPlace({ x: 400, y: 300, w: 200, h: 200 }, bar, view, bars);
	expect(x).toBe(388);
	expect(y + bar.height).toBeLessThan(300 - 10);
});

test('below it when a bar is in the way above', () => {
	expect(swatchesPlace({ x: 400, y: 80, w: 200, h: 200 }, bar, view, bars)[1]).toBeGreaterThan(280 + 10);
});

test('under no bar, also beside a selection that fills the view or lies outside it', () => {
	for (const selection of [
		{ x: 0, y: 0, w: 1280, h: 800 },
		{ x: -500, y: -500, w: 100, h: 100 },
		{ x: 2000, y: 2000, w: 100, h: 100 }
	]) {
		const [x, y] = swatchesPlace(selection, bar, view, bars);
		expect(x).toBeGreaterThanOrEqual(70);
		expect(x + bar.width).toBeLessThanOrEqual(1280);
		expect(y).toBeGreaterThanOrEqual(64);
		expect(y + bar.height).toBeLessThanOrEqual(740);
	}
});
