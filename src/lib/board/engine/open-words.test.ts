import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { deskOver, put } from './fixture.ts';
import { OpenWords } from './open-words.ts';
import type { Edits } from './ports.ts';

type Heard = Readonly<{ asOne?: Edits['asOne']; destroyed?: () => void }>;

/** Words of a document with one element of this kind and these words, opened; `others` have them open too. */
function opened(t: 'text' | 'note', words: string, others = false, { asOne, destroyed = () => undefined }: Heard = {}) {
	const els = new Y.Doc().getMap<unknown>('els');
	put(els, 'one', { t, size: [240, 28], txt: new Y.Text(words) });
	const { desk, edits } = deskOver(els);
	const taken: string[] = [];
	const open = new OpenWords({
		scene: desk.scene,
		layer: { contains: () => false } as unknown as HTMLElement,
		words: () => ({ measure: (text) => text.length * 50, layouts: new WeakMap() }),
		edits: { ...edits, ...(asOne && { asOne }) },
		mayEdit: () => true,
		isShared: () => others,
		openEditor: () => ({ moved: () => undefined, destroy: destroyed }),
		changed: () => undefined,
		left: () => undefined,
		taken: (id) => taken.push(id)
	});
	desk.scene.onChange(({ ids }) => open.follow(ids));
	open.open('one');
	return { open, edits, desk, els, taken };
}

test('a text that is left without a word goes away, however it is left', () => {
	const { open, desk, els } = opened('text', '');
	put(els, 'other', { t: 'text', pos: [null, 500, 0], txt: new Y.Text('words') });
	open.open('other');
	expect(desk.scene.get('one')).toBeUndefined();
	open.close();
	expect(desk.scene.get('other')).toBeDefined();
	const blank = opened('text', ' \n');
	blank.open.close();
	expect(blank.desk.scene.get('one')).toBeUndefined();
});

test('a note stays without words, and so does a text in which somebody else is still writing', () => {
	for (const { open, desk, edits } of [opened('note', ''), opened('text', '', true)]) {
		open.close();
		expect(edits.calls).toEqual([]);
		expect(desk.scene.get('one')).toBeDefined();
	}
});

test('for undo it is one step with its words what a text goes through when they close', () => {
	const order: string[] = [];
	const { open, edits } = opened('text', 'two\nlines', false, {
		asOne: (id, act) => {
			order.push(`${id} begins`);
			act();
			order.push(...edits.calls, 'ends');
		},
		destroyed: () => order.push('typed')
	});
	open.close();
	expect(order).toEqual(['one begins', 'typed', 'resize', 'ends']);
});

test('words whose element somebody else deletes close and say so; closing them by oneself says nothing', () => {
	let closed = 0;
	const { open, els, taken } = opened('note', 'words', false, { destroyed: () => closed++ });
	(els.get('one') as Y.Map<unknown>).set('del', 5);
	expect([open.id, closed, taken]).toEqual([null, 1, ['one']]);
	const empty = opened('text', '');
	empty.open.close();
	expect(empty.taken).toEqual([]);
});
