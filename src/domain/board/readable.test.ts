import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { elementMap, roots } from './document.ts';
import { purged, purgedMoment } from './purge.ts';

function copyOf(doc: Y.Doc): Y.Doc {
	const copy = new Y.Doc();
	Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
	return copy;
}

/** A board with a note of such keys, and what is left of it in a moment once it was changed and purged at once. */
function board(more: object) {
	const doc = new Y.Doc();
	const { meta, els } = roots(doc);
	const text = new Y.Text('see plan here');
	const note = new Y.Map<unknown>(Object.entries({ t: 'note', txt: text, ...more }));
	els.set('n', note);
	return {
		doc,
		meta,
		note,
		text,
		purgedAfter(change: () => void): Y.Doc {
			const moment = copyOf(doc);
			change();
			const { doc: fresh, left } = purged(doc, { before: null });
			return purgedMoment(moment, left, fresh);
		}
	};
}

const holds = (doc: Y.Doc, letters: string): boolean =>
	Buffer.from(Y.encodeStateAsUpdate(doc)).includes(Buffer.from(letters));

test('links, things among words, words among shapes, and what lies beside the elements leave with what was purged', () => {
	const { doc, meta, note, text, purgedAfter } = board({ st: { colour: 'mint', note: 'hunter4' } });
	text.format(4, 4, { link: 'https://secret.example/hunter2' });
	text.insertEmbed(0, { said: 'hunter3' });
	meta.set('note', 'hunter5');
	meta.set('v', 1);
	meta.set('grid', 'fine');
	note.set('pts', new Uint8Array(Buffer.from('hunter6')));
	note.set('z', 'hunter7');
	note.set('a', { pt: [1, 2], hunter8: 1, el: 'hunter9' });
	note.set('grp', new Y.Map([['in', 'hunter0']]));
	const moment = purgedAfter(() => {
		text.format(5, 4, { link: null });
		text.delete(0, 1);
		text.insertEmbed(0, { said: 'ok' });
		note.set('st', { colour: 'sky' });
		for (const key of ['pts', 'z', 'a', 'grp']) note.delete(key);
		meta.delete('note');
		meta.set('v', 2);
	});
	expect(holds(moment, 'hunter')).toBe(false);
	expect(holds(doc, 'hunter')).toBe(false);
	expect(roots(moment).meta.toJSON()).toEqual({ v: 1, grid: 'fine' });
	expect(elementMap(moment, 'n')?.toJSON()).toEqual({
		t: 'note',
		txt: 'see plan here',
		st: { colour: 'mint' },
		a: { pt: [1, 2] }
	});
});

test('place, form and colour of before stay, and looks and things that are still there', () => {
	const { note, text, purgedAfter } = board({
		pos: ['n', 1, 2],
		z: 'a0V',
		st: { colour: 'mint', font: 'serif' },
		by: 'ada'
	});
	text.format(0, 3, { bold: true });
	text.insertEmbed(0, { said: 'ok' });
	const moment = purgedAfter(() => {
		note.set('pos', [null, 3, 4]);
		note.set('z', 'a1');
		note.set('st', { colour: 'sky', font: 'serif' });
		text.insert(0, 'new ');
	});
	const { txt: _words, ...shape } = elementMap(moment, 'n')?.toJSON() ?? {};
	expect(shape).toEqual({ t: 'note', pos: ['n', 1, 2], z: 'a0V', st: { colour: 'mint', font: 'serif' }, by: 'ada' });
	const delta: unknown = (elementMap(moment, 'n')?.get('txt') as Y.Text).toDelta();
	expect(delta).toEqual([
		{ insert: { said: 'ok' } },
		{ insert: 'see', attributes: { bold: true } },
		{ insert: ' plan here' }
	]);
});
