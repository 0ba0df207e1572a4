import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { put, readPlain } from '../fixture.ts';
import { Scene } from '../scene.ts';
import { lifted } from './lifted.ts';

/** Three notes, each over the one before it; the last lies far from the others. */
function board() {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'low', { pos: [null, 0, 0], size: [100, 100], z: 'a0' });
	put(els, 'middle', { pos: [null, 300, 0], size: [100, 100], z: 'a1' });
	put(els, 'high', { pos: [null, 900, 0], size: [100, 100], z: 'a2' });
	return new Scene(els, readPlain);
}
const at = (x: number) => ({ x, y: 0, w: 100, h: 100 });
const names = (scene: Scene, ...places: readonly [string, number][]) =>
	lifted(scene, new Map(places.map(([id, x]) => [id, at(x)]))).items.map(({ element }) => element.id);

test('what is dragged is drawn under what lies over it there, as it will be on release', () => {
	expect(names(board(), ['low', 250])).toEqual(['low', 'middle']);
	expect(names(board(), ['low', 600])).toEqual(['low']);
});

test('and over what lies under it', () => {
	expect(names(board(), ['high', 250])).toEqual(['high']);
});

test('several keep their order, also with what lies between them', () => {
	expect(names(board(), ['high', 250], ['low', 350])).toEqual(['low', 'middle', 'high']);
});

test('with very many nothing more than they are is drawn', () => {
	const els = new Y.Doc().getMap<unknown>('els');
	for (let n = 0; n < 201; n++) put(els, `e${n}`, { z: 'a0' });
	put(els, 'over', { z: 'b0' });
	const scene = new Scene(els, readPlain);
	const { items, within } = lifted(scene, new Map(Array.from({ length: 201 }, (_, n) => [`e${n}`, at(0)])));
	expect([items.length, within]).toEqual([201, []]);
});
