import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { deskOver, put } from '../fixture.ts';
import type { Cursor } from '../presence.ts';
import { paintLive } from './paint-live.ts';
import { tagsAbovePx } from './paint-people.ts';
import type { Theme } from './theme.ts';

/** A context that takes every stroke, and keeps what it was asked to draw and in which colour. */
function listeningContext() {
	const drawn: (readonly [what: string, fill: unknown, ...given: unknown[]])[] = [];
	const known: Record<string, unknown> = { canvas: { width: 1000, height: 800 } };
	const context = new Proxy(known, {
		get: (from, key) => {
			const what = String(key);
			if (what === 'measureText') return (words: string) => ({ width: words.length * 7 });
			if (what in from) return from[what];
			return (...given: unknown[]) => void drawn.push([what, from['fillStyle'], ...given]);
		}
	});
	return { context: context as unknown as CanvasRenderingContext2D, drawn };
}

const someone = (client: number, name: string, is: Partial<Cursor> = {}): Cursor => ({
	client,
	name,
	colour: client,
	at: null,
	selected: [],
	editing: null,
	...is
});

/** Paints what is live of a board, the words of `open` being open, and answers what was drawn. */
function paint(els: Y.Map<unknown>, others: readonly Cursor[], open: string | null = null) {
	const { desk } = deskOver(els);
	const { context, drawn } = listeningContext();
	const theme = { notes: { butter: 'butter' }, paper: 'paper' } as Theme;
	paintLive(
		{ context, theme, zoom: 1, measure: () => 0, layouts: new WeakMap(), open },
		{
			scene: desk.scene,
			camera: desk.camera,
			places: new Map(),
			preview: desk.gesture.preview,
			sketches: [],
			selected: [],
			handles: null,
			focused: null,
			others,
			writing: (name) => `${name} is writing here`,
			hasFace: () => false
		},
		1
	);
	return drawn;
}

test('who writes in a note is named above it, wherever their pointer is, and each of several is', () => {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'note', { pos: [null, 100, 300], size: [200, 200] });
	const others = [
		someone(1, 'Noor', { editing: 'note' }),
		someone(2, 'Bo', { editing: 'note' }),
		someone(3, 'Ada'),
		someone(4, 'Kay', { editing: 'gone' })
	];
	const written = paint(els, others).filter(([what]) => what === 'fillText');
	expect(written.map(([, , words]) => words)).toEqual(['Noor is writing here', 'Bo is writing here']);
	const [[, , , x, first] = [], [, , , , second] = []] = written as unknown as [
		string,
		string,
		string,
		number,
		number
	][];
	expect(x).toBeGreaterThanOrEqual(100);
	expect(first).toBeLessThan(300);
	expect(second).toBeLessThan((first ?? 0) - 20);
	const belowTop = new Map([['note', 0]]);
	const above = tagsAbovePx(others, (id) => belowTop.get(id) ?? null);
	expect(above).toBeGreaterThanOrEqual(300 - ((second ?? 0) - 11.5));
	expect(above).toBeLessThan(300 - ((second ?? 0) - 11.5) + 5);
	expect(tagsAbovePx(others, () => null)).toBe(0);
});

test('tags stand above a selection only as far as they reach beyond its top, and only those who write are looked at', () => {
	const belowTop = new Map([
		['top', 0],
		['beside', 10],
		['low', 1_000]
	]);
	const asked: string[] = [];
	const writingIn = (...editing: string[]) =>
		tagsAbovePx(
			[someone(9, 'Ada'), ...editing.map((id, n) => someone(n, 'Noor', { editing: id }))],
			(id) => (asked.push(id), belowTop.get(id) ?? null)
		);
	const high = writingIn('top');
	expect(high).toBeGreaterThan(20);
	expect(writingIn('low')).toBe(0);
	expect(writingIn('beside')).toBe(high - 10);
	expect(writingIn('elsewhere')).toBe(0);
	expect(writingIn('beside', 'beside', 'top')).toBeGreaterThan(high);
	expect(asked).toHaveLength(7);
});

test('an arrow that somebody else has selected is outlined along its line, a note around its box', () => {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'arrow', { t: 'conn', a: { pt: [100, 100] }, b: { pt: [400, 300] } });
	put(els, 'note', { pos: [null, 500, 300], size: [200, 200] });
	const drawn = paint(els, [someone(1, 'Noor', { selected: ['arrow', 'note'] })]);
	const given = (wanted: string) => drawn.flatMap(([what, , ...at]) => (what === wanted ? [at] : []));
	expect(given('arc').map(([x, y]) => [x, y])).toEqual([
		[100, 100],
		[400, 300]
	]);
	expect(given('rect')).toEqual([[499, 299, 202, 202]]);
});

test('a note that is written in lies over what lies over it, and free text gets paper there', () => {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'low', { pos: [null, 100, 300], size: [200, 200], z: 'a0' });
	put(els, 'words', { t: 'text', pos: [null, 600, 300], size: [200, 40], z: 'a1' });
	put(els, 'free', { t: 'text', pos: [null, 600, 600], size: [200, 40], z: 'a1' });
	put(els, 'high', { pos: [null, 200, 200], size: [500, 200], z: 'a2' });
	const papers = (open: string | null) =>
		paint(els, [], open).flatMap(([what, fill, ...at]) => (what === 'fillRect' ? [[fill, ...at]] : []));
	expect(papers(null)).toEqual([]);
	expect(papers('low')).toContainEqual(['butter', 100, 300, 200, 200]);
	expect(papers('words')).toEqual([['paper', 600, 300, 200, 40]]);
	expect(papers('free')).toEqual([]);
});
