import { describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { put, readPlain, seeded } from './fixture.ts';
import { Scene } from './scene.ts';

const everywhere = { x: -1e6, y: -1e6, w: 2e6, h: 2e6 };

function pair() {
	const doc = new Y.Doc();
	const other = new Y.Doc();
	other.on('update', (update: Uint8Array) => Y.applyUpdate(doc, update, 'remote'));
	const els = doc.getMap<unknown>('els');
	return { els, theirs: other.getMap<unknown>('els'), scene: new Scene(els, readPlain) };
}
const ids = (scene: Scene): string[] => scene.all().map(({ element }) => element.id);

describe('the scene', () => {
	test('draws by (z, id), and a changed key moves an element in that order', () => {
		const { theirs, scene } = pair();
		put(theirs, 'b', { z: 'a1' });
		put(theirs, 'a', { z: 'a1' });
		put(theirs, 'c', { z: 'a0' });
		expect(ids(scene)).toEqual(['c', 'a', 'b']);
		(theirs.get('c') as Y.Map<unknown>).set('z', 'a2');
		expect(ids(scene)).toEqual(['a', 'b', 'c']);
	});

	test('patched by a thousand random remote changes, it equals a scene that is built anew', () => {
		const seed = Number(process.env['SEED'] ?? Date.now() % 1e6);
		console.info(`scene seed ${seed}`);
		const random = seeded(seed);
		const pick = (count: number): number => Math.floor(random() * count);
		const { els, theirs, scene } = pair();
		for (let n = 0; n < 1000; n++) {
			const id = `e${pick(60)}`;
			const map = theirs.get(id);
			const place = [random() < 0.2 ? `e${pick(60)}` : null, pick(2000), pick(2000)];
			if (!(map instanceof Y.Map))
				put(theirs, id, { t: ['note', 'shape', 'conn'][pick(3)], pos: place, z: `a${pick(9)}` });
			else if (random() < 0.1) theirs.delete(id);
			else if (random() < 0.2) map.set('del', pick(2));
			else if (random() < 0.3) map.set('z', `a${pick(9)}`);
			else if (random() < 0.3) map.set('a', { el: `e${pick(60)}`, at: [0, 1], pt: [pick(90), pick(90)] });
			else map.set('pos', place);
		}
		const fresh = new Scene(els, readPlain);
		expect(scene.all(), `seed ${seed}`).toEqual(fresh.all());
		expect(scene.query(everywhere)).toEqual(fresh.query(everywhere));
		const part = { x: 300, y: 300, w: 400, h: 400 };
		expect(scene.query(part)).toEqual(fresh.query(part));
	});

	test('an element in a frame moves when the frame does, and a circle of frames is cut at the lowest id', () => {
		const { theirs, scene } = pair();
		put(theirs, 'frame', { t: 'frame', pos: [null, 100, 0] });
		put(theirs, 'note', { pos: ['frame', 10, 20] });
		expect(scene.get('note')?.frame).toMatchObject({ x: 110, y: 20 });
		(theirs.get('frame') as Y.Map<unknown>).set('pos', [null, 500, 0]);
		expect(scene.get('note')?.frame).toMatchObject({ x: 510, y: 20 });
		put(theirs, 'x', { pos: ['y', 1, 0] });
		put(theirs, 'y', { pos: ['x', 2, 0] });
		expect(scene.get('x')?.frame.x).toBe(1);
		expect(scene.get('y')?.frame.x).toBe(3);
	});

	test('an arrow follows what it holds on to, and stays where it was last when that is gone', () => {
		const { theirs, scene } = pair();
		put(theirs, 'note', { pos: [null, 0, 0], size: [100, 100] });
		put(theirs, 'arrow', { t: 'conn', a: { el: 'note', at: [1, 0.5], pt: [7, 7] }, b: { pt: [300, 50] } });
		expect(scene.get('arrow')?.ends).toEqual([
			[100, 50],
			[300, 50]
		]);
		(theirs.get('note') as Y.Map<unknown>).set('pos', [null, 0, 40]);
		expect(scene.get('arrow')?.ends?.[0]).toEqual([100, 90]);
		(theirs.get('note') as Y.Map<unknown>).set('del', 1);
		expect(scene.get('arrow')?.ends?.[0]).toEqual([7, 7]);
	});

	test('reads in rows from the top, each from the left', () => {
		const { theirs, scene } = pair();
		put(theirs, 'right', { pos: [null, 500, 0] });
		put(theirs, 'left', { pos: [null, 0, 30] });
		put(theirs, 'below', { pos: [null, 100, 400] });
		expect(scene.reading().map(({ element }) => element.id)).toEqual(['left', 'right', 'below']);
	});

	test('the reading order is worked out anew only when something lies elsewhere, and what is read is of now', () => {
		const { theirs, scene } = pair();
		for (let n = 0; n < 50; n++) put(theirs, `e${n}`, { pos: [null, n * 300, 0], txt: '' });
		scene.reading();
		const sort = vi.spyOn(Array.prototype, 'sort');
		(theirs.get('e7') as Y.Map<unknown>).set('txt', 'words');
		expect(scene.reading()[7]?.element).toMatchObject({ text: 'words' });
		// The index sorts small nodes of its own; nobody has sorted the whole board.
		expect(sort.mock.contexts.filter((sorted) => (sorted as unknown[]).length === 50)).toEqual([]);
		(theirs.get('e7') as Y.Map<unknown>).set('pos', [null, -300, 0]);
		expect(scene.reading()[0]?.element.id).toBe('e7');
	});

	test('a turned element is hit where it is seen', () => {
		const { theirs, scene } = pair();
		put(theirs, 'bar', { t: 'shape', pos: [null, 0, 0], size: [200, 20], rot: Math.PI / 2 });
		expect(scene.at([100, 100], 2)?.element.id).toBe('bar');
		expect(scene.at([10, 10], 2)).toBeNull();
	});
});
