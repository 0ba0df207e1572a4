import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { cloned } from './cloned.ts';
import { freshDocument } from './fresh.ts';
import { purged, purgedMoment } from './purge.ts';
import { replay } from './replay.ts';
import { restore } from './restore.ts';

/** A document as a program may write it that knows Yjs better than its interface: the key is put into the bytes. */
function written(key: string, put: (els: Y.Map<unknown>, meta: Y.Map<unknown>, value: object) => void): Y.Doc {
	const doc = new Y.Doc();
	const stand = 'x'.repeat(key.length);
	doc.transact(() =>
		put(doc.getMap('els'), doc.getMap('meta'), { fine: 1, deep: [{ [stand]: { secret: 1 } }], [stand]: 1 })
	);
	const bytes = Buffer.from(Y.encodeStateAsUpdate(doc));
	for (let at = bytes.indexOf(stand); at >= 0; at = bytes.indexOf(stand)) bytes.write(key, at);
	const read = new Y.Doc();
	Y.applyUpdate(read, bytes);
	return read;
}

const note = (more: object): Y.Map<unknown> => new Y.Map(Object.entries({ t: 'note', ...more }));
const good = { fine: 1, deep: [{}] };

test.each(['constructor', '__proto__'])(
	'a value with the key %s stops neither a purge, a restore, nor a replay',
	(key) => {
		const doc = written(key, (els, meta, value) => {
			meta.set('grid', value);
			const text = new Y.Text();
			text.insertEmbed(0, value);
			text.insert(1, 'a', { link: value });
			els.set('n', note({ st: value, txt: text, list: Y.Array.from([value]), map: new Y.Map([['in', value]]) }));
		});
		for (const fresh of [freshDocument(doc), purged(doc, { before: null }).doc]) {
			expect(fresh.getMap('meta').toJSON()).toEqual({ grid: good });
			expect((fresh.getMap('els').get('n') as Y.Map<unknown>).toJSON()).toMatchObject({
				st: good,
				list: [good],
				map: { in: good }
			});
		}
		expect(() => purgedMoment(doc, new Set(), doc)).not.toThrow();
		const since = new Map([...doc.store.clients.keys()].map((client) => [client, 0]));
		const bare = new Y.Doc();
		(bare.getMap('els') as Y.Map<unknown>).set('n', note({ txt: new Y.Text('b') }));
		const again = freshDocument(bare);
		expect(replay(again, doc, { made: new Set(), changed: new Set(['n', '']), since, taken: [] }, 'a test')).toEqual(
			[]
		);
		expect(again.getMap('meta').toJSON()).toEqual({ grid: good });
		expect((again.getMap('els').get('n') as Y.Map<unknown>).get('st')).toEqual(good);
		const now = freshDocument(bare);
		restore(now, doc, { spares: () => false, now: 1 });
		expect((now.getMap('els').get('n') as Y.Map<unknown>).get('st')).toEqual(good);
	}
);

test('whatever else Yjs carries goes along', () => {
	const xml = new Y.XmlElement('p');
	xml.setAttribute('class', 'x');
	xml.insert(0, [new Y.XmlText('said'), new Y.XmlElement('br')]);
	const fragment = new Y.XmlFragment();
	fragment.insert(0, [xml]);
	const text = new Y.Text('bold');
	text.format(0, 2, { bold: true });
	text.insertEmbed(4, new Y.Map([['in', 1]]) as unknown as object);
	const hook = new Y.XmlHook('hook');
	hook.set('a', 1);
	const all = {
		fragment,
		text,
		hook,
		none: null,
		big: 5n,
		bytes: new Uint8Array([1]),
		list: Y.Array.from([null, 1])
	};
	const doc = new Y.Doc();
	doc.getMap('els').set('n', note({ ...all, sub: new Y.Doc({ guid: 'other' }) }));
	const was = doc.getMap('els').get('n') as Y.Map<unknown>;
	const now = freshDocument(doc).getMap('els').get('n') as Y.Map<unknown>;
	const { sub: _was, ...before } = was.toJSON();
	const { sub, ...after } = now.toJSON() as Record<string, unknown>;
	expect(after).toEqual(before);
	expect(String(now.get('fragment'))).toBe('<p class="x">said<br></br></p>');
	expect((now.get('text') as Y.Text).toDelta()).toHaveLength(3);
	expect((sub as Y.Doc).guid).toBe('other');
});

test('a list that another program filled with more than Yjs itself would take is taken as near as it goes', () => {
	const list = new Y.Doc().getArray('list');
	list.insert(0, [1]);
	Object.assign(list._start?.content ?? {}, { arr: [5n] });
	const doc = new Y.Doc();
	doc.getMap('els').set('n', cloned(list));
	expect(doc.getMap('els').toJSON()).toEqual({ n: [5] });
});

test.each([200, 4_000])(
	'a value that nests %i deep stops none of that either: what lies too deep is left out',
	(depth) => {
		let [value, map] = [[] as unknown[], new Y.Map<unknown>()];
		for (let i = 0; i < depth; i++) value = [value];
		const doc = new Y.Doc();
		doc.getMap('els').set('n', note({ st: value, map }));
		for (let i = 0; i < depth; i++) {
			const within = new Y.Map<unknown>();
			map.set('in', within);
			map = within;
		}
		const fresh = purged(doc, { before: null }).doc;
		const again = freshDocument(fresh);
		const since = new Map([...doc.store.clients.keys()].map((client) => [client, 0]));
		expect(replay(again, doc, { made: new Set(), changed: new Set(['n']), since, taken: [] }, 'a test')).toEqual([]);
		expect(restore(again, doc, { spares: () => false, now: 1 }).changed).toBe(0);
		expect(JSON.stringify(again.getMap('els').toJSON()).length).toBeLessThan(2_000);
	}
);
