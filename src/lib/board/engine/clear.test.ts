import { expect, test } from 'vitest';
import { covered, keyboardOver } from './clear.ts';

const wide = {
	title: { x: 12, y: 12, w: 420, h: 48 },
	tools: { x: 12, y: 230, w: 52, h: 340 },
	strip: { x: 12, y: 60, w: 1256, h: 80 },
	call: { x: 12, y: 740, w: 1256, h: 48 },
	zoom: { x: 1040, y: 748, w: 228, h: 44 }
};

test('each bar takes the side on which it costs the least', () => {
	expect(covered(Object.values(wide), 1280, 800)).toEqual({ left: 64, top: 140, right: 0, bottom: 60 });
});

test('on a phone the tools, the call and the zoom are all at the foot', () => {
	const bars = [
		{ x: 8, y: 8, w: 300, h: 52 },
		{ x: 12, y: 60, w: 366, h: 80 },
		{ x: 30, y: 780, w: 330, h: 56 },
		{ x: 12, y: 724, w: 366, h: 48 },
		{ x: 194, y: 672, w: 188, h: 48 }
	];
	expect(covered(bars, 390, 844)).toEqual({ left: 0, top: 140, right: 0, bottom: 172 });
});

test('what is hidden or outside the view takes nothing', () => {
	const bars = [
		{ x: 0, y: 0, w: 0, h: 0 },
		{ x: 2000, y: 10, w: 50, h: 50 }
	];
	expect(covered(bars, 1280, 800)).toEqual({ left: 0, top: 0, right: 0, bottom: 0 });
});

test('an on-screen keyboard covers what it stands over, and nothing when it is away', () => {
	const seen = (height: number) => ({ offsetTop: 0, height }) as VisualViewport;
	expect(covered(keyboardOver(390, 844, seen(500)), 390, 844)).toMatchObject({ bottom: 344, top: 0 });
	expect(keyboardOver(390, 844, seen(844))).toEqual([]);
	expect(keyboardOver(390, 844, null)).toEqual([]);
});
