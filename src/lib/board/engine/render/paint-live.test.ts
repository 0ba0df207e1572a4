import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { deskOver, put } from '../fixture.ts';
import type { Cursor } from '../presence.ts';
import { paintLive } from './paint-live.ts';
import type { Theme } from './theme.ts';

/** A context that takes every stroke, and keeps the words it was asked to write and where. */
function listeningContext() {
	const written: (readonly [words: string, x: number, y: number])[] = [];
	const known: Record<string, unknown> = {
		canvas: { width: 1000, height: 800 },
		measureText: (words: string) => ({ width: words.length * 7 }),
		fillText: (words: string, x: number, y: number) => written.push([words, x, y])
	};
	const context = new Proxy(known, { get: (from, key) => from[String(key)] ?? (() => undefined) });
	return { context: context as unknown as CanvasRenderingContext2D, written };
}

test('who writes in a note is named above it, wherever their pointer is, and each of several is', () => {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'note', { pos: [null, 100, 300], size: [200, 200] });
	const { desk } = deskOver(els);
	const { context, written } = listeningContext();
	const someone = (client: number, name: string, editing: string | null): Cursor => ({
		client,
		name,
		colour: client,
		at: null,
		selected: [],
		editing
	});
	paintLive(
		{ context, theme: {} as Theme, zoom: 1, measure: () => 0, layouts: new WeakMap(), open: null },
		{
			scene: desk.scene,
			camera: desk.camera,
			places: new Map(),
			preview: desk.gesture.preview,
			sketches: [],
			selected: [],
			handles: null,
			focused: null,
			others: [
				someone(1, 'Noor', 'note'),
				someone(2, 'Bo', 'note'),
				someone(3, 'Ada', null),
				someone(4, 'Kay', 'gone')
			],
			writing: (name) => `${name} is writing here`,
			hasFace: () => false
		},
		1
	);
	expect(written.map(([words]) => words)).toEqual(['Noor is writing here', 'Bo is writing here']);
	const [[, x = 0, first = 0] = [], [, , second = 0] = []] = written;
	expect(x).toBeGreaterThanOrEqual(100);
	expect(first).toBeLessThan(300);
	expect(second).toBeLessThan(first - 20);
});
