import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { touchedIn } from './touched.ts';

/** A board with one note, and what each later transaction touches. */
function board() {
	const doc = new Y.Doc();
	const els = doc.getMap<Y.Map<unknown>>('els');
	const note = new Y.Map<unknown>([['txt', new Y.Text('a')]]);
	els.set('note', note);
	const touched: string[][] = [];
	doc.on('update', (_update, _origin, _doc, transaction) => touched.push([...touchedIn(transaction)]));
	return { doc, els, note, touched };
}

test('a letter, a place and a colour of one note are all that note', () => {
	const { doc, note, touched } = board();
	(note.get('txt') as Y.Text).insert(1, 'b');
	note.set('pos', [null, 1, 1]);
	doc.transact(() => {
		note.set('st', { colour: 'mint' });
		(note.get('txt') as Y.Text).insert(0, 'c');
	});
	expect(touched).toEqual([['note'], ['note'], ['note']]);
});

test('each element that comes or goes is one, and all beside them is one', () => {
	const { doc, els, touched } = board();
	doc.transact(() => {
		els.set('one', new Y.Map([['txt', new Y.Text('x')]]));
		els.set('two', new Y.Map());
		els.delete('note');
	});
	doc.transact(() => {
		doc.getMap('meta').set('v', 2);
		doc.getMap('other').set('x', 1);
	});
	expect(touched.map((things) => things.toSorted())).toEqual([['note', 'one', 'two'], ['']]);
});
