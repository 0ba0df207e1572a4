import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Aside } from './copy-store.ts';
import { joinAsides, pastAside } from './join-asides.ts';

/** A board of such notes; those with null were deleted. */
function board(notes: Readonly<Record<string, string | null>>): Y.Doc {
	const doc = new Y.Doc();
	for (const [id, words] of Object.entries(notes)) {
		const note = new Y.Map<unknown>(Object.entries({ t: 'note', txt: new Y.Text(words ?? 'deleted') }));
		doc.getMap('els').set(id, note);
		if (words === null) note.set('del', 1);
	}
	return doc;
}

const aside = (doc: Y.Doc, more: Partial<Aside> = {}): Aside => ({
	copy: Y.encodeStateAsUpdate(doc),
	n: 1,
	why: 'refused',
	kept: true,
	...more
});

function wordsIn(one: Aside | null): string[] {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, one?.copy ?? new Uint8Array([0, 0]));
	return [...doc.getMap('els').values()].map((note) => String((note as Y.Map<unknown>).get('txt'))).sort();
}

const holds = (one: Aside | null, letters: string): boolean => Buffer.from(one?.copy ?? []).includes(letters);

test('what goes on into another epoch is only what its person touched, as it could be seen', () => {
	const doc = board({ mine: 'milk hunter2', theirs: 'others', gone: null });
	(doc.getMap('els').get('mine') as Y.Map<Y.Text>).get('txt')?.delete(4, 8);
	const whole = aside(doc, { things: ['mine', 'gone'] });
	expect(holds(whole, 'hunter2') || holds(whole, 'deleted')).toBe(true);
	const past = pastAside(whole);
	expect(past).toMatchObject({ why: 'renewed', n: 1 });
	expect(wordsIn(past)).toEqual(['milk']);
	for (const letters of ['hunter2', 'others', 'deleted']) expect(holds(past, letters), letters).toBe(false);
	// Of which things nobody knows: what could be seen of all.
	expect(wordsIn(pastAside(aside(doc)))).toEqual(['milk', 'others']);
	expect(pastAside(aside(doc, { things: ['gone'] }))).toBeNull();
});

test('of two epochs neither’s work hides the other’s, also where both worked on one thing', () => {
	for (let run = 0; run < 20; run++) {
		const first = pastAside(aside(board({ n: 'plan FIRST', same: 'same' })));
		const second = aside(board({ n: 'plan SECOND', same: 'same', other: 'other', gone: null }));
		for (const joined of [joinAsides(first, second), joinAsides(second, first)]) {
			expect(joined).toMatchObject({ why: 'renewed', n: 2 });
			expect(wordsIn(joined)).toEqual(['other', 'plan FIRST', 'plan SECOND', 'same']);
		}
	}
});

test('of one epoch they stay one document, which can be put in', () => {
	const doc = board({ a: 'a' });
	const one = aside(doc, { why: 'role', things: ['a'] });
	doc.getMap('els').set('b', new Y.Map(Object.entries({ t: 'note', txt: new Y.Text('b') })));
	const joined = joinAsides(one, aside(doc, { why: 'role', things: ['b'] }));
	expect(joined).toMatchObject({ why: 'role', things: ['a', 'b'] });
	Y.applyUpdate(doc, joined?.copy ?? new Uint8Array());
	expect(doc.getMap('els').size).toBe(2);
});
