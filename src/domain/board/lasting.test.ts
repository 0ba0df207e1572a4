import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addElements, colourElements, deleteElements, moveElements, presentElements } from './commands.ts';
import { elementMap, roots } from './document.ts';
import type { ElementId } from './element.ts';
import { freshDocument } from './fresh.ts';
import { purged, purgedMoment, purgeDueAt, DELETED_LASTS_MS } from './purge.ts';
import { restore } from './restore.ts';
import { textOf } from './read.ts';

const hand = { by: 'ada', now: 1_000 };
const nobody = { spares: () => false, now: 5_000 };

function note(doc: Y.Doc, text: string, x = 0): ElementId {
	const [id] = addElements(doc, [{ t: 'note', at: [x, 0], text }], hand);
	if (id === undefined) throw new Error('no note');
	return id;
}

function copyOf(doc: Y.Doc): Y.Doc {
	const copy = new Y.Doc();
	Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
	return copy;
}

/** What can be seen on a board: what is shown, without its times. */
function seen(doc: Y.Doc): unknown {
	return presentElements(doc)
		.map((element) => ({ ...element, del: 0 }))
		.sort((one, other) => (one.id < other.id ? -1 : 1));
}

const wordsOf = (doc: Y.Doc, id: ElementId): string => textOf(elementMap(doc, id))?.toString() ?? '';

/** Whether these letters lie anywhere in the bytes of a document. */
const holds = (doc: Y.Doc, letters: string): boolean =>
	Buffer.from(Y.encodeStateAsUpdate(doc)).includes(Buffer.from(letters));

describe('restoring in place', () => {
	test('makes the board what it was: what went is back, what came is hidden, what changed is as it was', () => {
		const doc = new Y.Doc();
		const [kept, deleted, moved] = [note(doc, 'kept'), note(doc, 'deleted'), note(doc, 'moved')];
		const then = copyOf(doc);
		deleteElements(doc, [deleted], 2_000);
		moveElements(doc, [moved], 50, 60);
		colourElements(doc, [moved], 'mint');
		textOf(elementMap(doc, kept))?.insert(4, ' and changed');
		const later = note(doc, 'later');
		const updates: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => updates.push(update));
		expect(restore(doc, then, nobody)).toEqual({ changed: 4, spared: [] });
		expect(seen(doc)).toEqual(seen(then));
		expect(updates).toHaveLength(1);
		expect(elementMap(doc, later)?.get('del')).toBe(5_000);
		expect(restore(doc, then, nobody)).toEqual({ changed: 0, spared: [] });
	});

	test('what was purged since is made anew', () => {
		const doc = new Y.Doc();
		const id = note(doc, 'once');
		const then = copyOf(doc);
		deleteElements(doc, [id], 2_000);
		const { doc: fresh } = purged(doc, { before: null });
		expect(restore(fresh, then, nobody).changed).toBe(1);
		expect(wordsOf(fresh, id)).toBe('once');
	});

	test('elements that somebody is at work in are left, and named', () => {
		const doc = new Y.Doc();
		const then = copyOf(doc);
		const [mine, theirs] = [note(doc, 'mine'), note(doc, 'theirs')];
		expect(restore(doc, then, { ...nobody, spares: (id) => id === theirs })).toEqual({ changed: 1, spared: [theirs] });
		expect(presentElements(doc).map(({ id }) => id)).toEqual([theirs]);
		expect(elementMap(doc, mine)?.get('del')).toBe(5_000);
	});

	test('what others write at that very moment is there afterwards', () => {
		const doc = new Y.Doc();
		const id = note(doc, 'one two');
		const then = copyOf(doc);
		textOf(elementMap(doc, id))?.insert(7, ' three');
		const other = copyOf(doc);
		textOf(elementMap(other, id))?.insert(3, ' BO');
		const made = note(other, 'made meanwhile');
		restore(doc, then, nobody);
		Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
		expect(wordsOf(doc, id)).toBe('one BO two');
		expect(wordsOf(doc, made)).toBe('made meanwhile');
		expect(elementMap(doc, made)?.get('del')).toBe(0);
	});
});

describe('a text that somebody types in while a board is restored', () => {
	test.each([
		['that was not there', undefined, ''],
		['that was a string', 'as it was', 'as it was'],
		['that was other', new Y.Text('as it was'), 'as it was']
	])('%s becomes what it was, and stays theirs', (_title, was, words) => {
		const doc = new Y.Doc();
		const id = note(doc, 'later');
		const then = copyOf(doc);
		const map = elementMap(then, id);
		if (was === undefined) map?.delete('txt');
		else map?.set('txt', was);
		const typing = copyOf(doc);
		textOf(elementMap(typing, id))?.insert(5, ' PIA');
		expect(restore(doc, then, nobody)).toEqual({ changed: 1, spared: [] });
		expect(wordsOf(doc, id)).toBe(words);
		Y.applyUpdate(doc, Y.encodeStateAsUpdate(typing));
		expect(wordsOf(doc, id)).toContain(' PIA');
		expect(wordsOf(doc, id).replace(' PIA', '')).toBe(words);
		restore(doc, then, nobody);
		expect(restore(doc, then, nobody).changed).toBe(0);
	});
});

describe('a purge', () => {
	test('leaves nothing of what was deleted in the bytes, and all else as it was', () => {
		const doc = new Y.Doc();
		const [gone, kept] = [note(doc, 'swordfish'), note(doc, 'kept')];
		textOf(elementMap(doc, kept))?.insert(0, 'secretly ');
		textOf(elementMap(doc, kept))?.delete(0, 9);
		elementMap(doc, kept)?.set('made-by-a-newer-version', { any: 'thing' });
		const stroke = new Uint8Array([1, 2, 3]);
		elementMap(doc, kept)?.set('pts', stroke);
		deleteElements(doc, [gone], 2_000);
		const { doc: fresh, left } = purged(doc, { before: null });
		expect([...left]).toEqual([gone]);
		expect(seen(fresh)).toEqual(seen(doc));
		expect(elementMap(fresh, kept)?.toJSON()).toEqual(elementMap(doc, kept)?.toJSON());
		for (const letters of ['swordfish', 'secretly', gone]) expect(holds(fresh, letters), letters).toBe(false);
	});

	test('by itself takes only what was deleted long enough ago, and says when the next is due', () => {
		const doc = new Y.Doc();
		const [old, young] = [note(doc, 'old'), note(doc, 'young')];
		deleteElements(doc, [old], 2_000);
		const before = copyOf(doc);
		deleteElements(doc, [young], 3_000);
		const seen = { from: 0, newest: 9_000 };
		expect(purgeDueAt(doc, seen)).toBe(2_000 + DELETED_LASTS_MS);
		const { doc: fresh, left } = purged(doc, { before });
		expect([...left]).toEqual([old]);
		expect(wordsOf(fresh, young)).toBe('young');
		expect(purgeDueAt(fresh, seen)).toBe(3_000 + DELETED_LASTS_MS);
		expect(purgeDueAt(purged(doc, { before: null }).doc, seen)).toBeNull();
	});

	test('by itself believes the log alone: not what elements say of when they were deleted', () => {
		const doc = new Y.Doc();
		const [forged, replaced, again, future] = [note(doc, 'a'), note(doc, 'b'), note(doc, 'c'), note(doc, 'd')];
		deleteElements(doc, [again], 1_000);
		elementMap(doc, future)?.set('del', 9e15);
		const before = copyOf(doc);
		elementMap(doc, forged)?.set('del', 1);
		roots(doc).els.set(replaced, 'nothing' as never);
		elementMap(doc, again)?.set('del', 2_000);
		expect([...purged(doc, { before: new Y.Doc() }).left]).toEqual([]);
		const { doc: fresh, left } = purged(doc, { before });
		expect([...left]).toEqual([future]);
		expect(elementMap(fresh, forged)?.get('del')).toBe(1);
		expect(purgeDueAt(fresh, { from: 5_000, newest: 6_000 })).toBe(5_000 + DELETED_LASTS_MS);
		elementMap(doc, forged)?.set('del', 0);
		elementMap(doc, again)?.set('del', 9e15);
		expect(purgeDueAt(doc, { from: 5_000, newest: 6_000 })).toBe(6_000 + DELETED_LASTS_MS);
	});

	test('a moment of the past loses the elements that left; at once, also every word that is not on the board any more', () => {
		const doc = new Y.Doc();
		const [gone, kept] = [note(doc, 'swordfish'), note(doc, 'the code is 4711 today')];
		elementMap(doc, kept)?.set('link', 'https://example.org/old-secret');
		const moment = copyOf(doc);
		textOf(elementMap(doc, kept))?.delete(12, 4);
		elementMap(doc, kept)?.set('link', 'https://example.org/');
		moveElements(doc, [kept], 500, 0);
		deleteElements(doc, [gone], 2_000);
		const { doc: fresh, left } = purged(doc, { before: null });
		const byItself = purgedMoment(moment, left, null);
		expect(wordsOf(byItself, kept)).toBe('the code is 4711 today');
		expect(holds(byItself, 'swordfish')).toBe(false);
		const atOnce = purgedMoment(moment, left, fresh);
		expect(wordsOf(atOnce, kept)).toBe('the code is today');
		expect(elementMap(atOnce, kept)?.get('pos')).toEqual([null, 0, 0]);
		for (const letters of ['4711', 'old-secret', 'swordfish']) expect(holds(atOnce, letters), letters).toBe(false);
	});

	test('a board of a thousand sessions is no larger afterwards than one made in one go', () => {
		const doc = new Y.Doc();
		const ids = Array.from({ length: 50 }, (_, i) => note(doc, `note ${i}`));
		for (let session = 0; session < 1_000; session++) {
			// Everyone who comes has a clientID of their own.
			doc.clientID = 1_000 + session;
			const id = ids[session % ids.length] ?? '';
			moveElements(doc, [id], 1, 1);
			textOf(elementMap(doc, id))?.insert(0, 'x');
			textOf(elementMap(doc, id))?.delete(0, 1);
		}
		const size = (one: Y.Doc): number => Y.encodeStateAsUpdate(one).length;
		const fresh = freshDocument(doc);
		expect(size(doc)).toBeGreaterThan(2 * size(fresh));
		expect(roots(fresh).els.size).toBe(50);
	});
});
