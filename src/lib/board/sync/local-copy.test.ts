import { IDBFactory, IDBKeyRange, IDBObjectStore } from 'fake-indexeddb';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import * as Y from 'yjs';
import { lineOf, nameOf, openCopy, turn, type CopyKey } from './copy-store.ts';
import { forgetCopies, unsentBoards } from './leaving.ts';
import { countOf } from './unsaved.ts';
import { keepCopy } from './local-copy.ts';

const KEY: CopyKey = { person: 'ada', doc: 'board-0000001', epoch: 1 };

beforeEach(() => {
	vi.stubGlobal('indexedDB', new IDBFactory());
	vi.stubGlobal('IDBKeyRange', IDBKeyRange);
	onTestFinished(() => void vi.unstubAllGlobals());
});

/** A tab with the board open: its changes stay unsent until the test says that they were saved. */
function openTab(key: Partial<CopyKey> = {}, title = 'Garden') {
	const doc = new Y.Doc();
	const els = doc.getMap('els');
	let n = 0;
	doc.on('update', (_update, origin) => {
		if (copy.owns(origin)) n += countOf(copy.inherited());
		else if (origin !== 'others') n++;
	});
	const onKept = vi.fn();
	const copy = keepCopy({ ...KEY, ...key }, doc, { unsent: () => ({ n, title, things: [], made: [] }), onKept });
	onTestFinished(() => copy.close());
	return {
		copy,
		onKept,
		els,
		/** One change by hand, or by others. */
		put: (name: string, value: unknown, by = 'hand') => doc.transact(() => els.set(name, value), by),
		/** Changes of this tab that are only here. */
		unsent: () => n,
		/** The server has called everything durable. */
		saved: () => {
			n = 0;
			copy.note();
		}
	};
}

/** A tab that has read what is kept. */
async function tab(key: Partial<CopyKey> = {}, title?: string) {
	const opened = openTab(key, title);
	await opened.copy.loaded;
	return opened;
}

test('a later visit finds what was kept, and how much of it the server never called durable', async () => {
	const first = await tab();
	expect(first.copy.kept()).toBe(true);
	first.put('a', 1);
	first.put('theirs', 2, 'others');
	await first.copy.close();
	const second = await tab();
	expect(second.els.toJSON()).toEqual({ a: 1, theirs: 2 });
	expect(second.unsent()).toBe(1);
	second.put('b', 3);
	await second.copy.close();
	const third = await tab();
	expect(third.unsent()).toBe(2);
	third.saved();
	await third.copy.close();
	expect((await tab()).unsent()).toBe(0);
});

test('what a page of before left without clocks is unsent from its clientID’s first on', async () => {
	const db = await openCopy(nameOf(KEY));
	const { transaction, custom } = turn(db, 'readwrite');
	custom.put({ n: 1, title: 'Garden', things: ['note'], made: [] }, lineOf(77));
	custom.put({ n: 1, title: 'Garden', things: ['note'], made: [], since: [[78, 5]] }, lineOf(78));
	await new Promise((done) => (transaction.oncomplete = done));
	db.close();
	const late = keepCopy(KEY, new Y.Doc(), {
		unsent: () => ({ n: 0, title: '', things: [], made: [] }),
		onKept: () => {}
	});
	await late.loaded;
	expect(late.inherited().since).toEqual(
		new Map([
			[77, 0],
			[78, 5]
		])
	);
	await late.close();
});

test('what was done before the copy was read is kept as well', async () => {
	const first = openTab();
	first.put('early', 1);
	await first.copy.loaded;
	await first.copy.close();
	const second = await tab();
	expect(second.els.toJSON()).toEqual({ early: 1 });
	expect(second.unsent()).toBe(1);
});

test('of two tabs neither loses the other’s work, and what one has sent for both is unsent for neither', async () => {
	const [first, second] = [await tab(), await tab()];
	first.put('a', 1);
	second.put('b', 2);
	await vi.waitFor(async () => expect(await unsentBoards('ada')).toMatchObject([{ n: 2 }]));
	await Promise.all([first.copy.close(), second.copy.close()]);
	const third = await tab();
	expect(third.els.toJSON()).toEqual({ a: 1, b: 2 });
	expect(third.unsent()).toBe(2);
	third.saved();
	await vi.waitFor(async () => expect(await unsentBoards('ada')).toEqual([]));
});

test('many small changes become one row, and another tab’s rows are not lost in it', async () => {
	const [first, second] = [await tab(), await tab()];
	second.put('theirs', true);
	for (let i = 0; i < 1_200; i++) first.put('count', i);
	await Promise.all([first.copy.close(), second.copy.close()]);
	const request = indexedDB.open('nabij:ada:board-0000001:1');
	await new Promise((opened) => (request.onsuccess = opened));
	const rows = request.result.transaction(['updates']).objectStore('updates').count();
	await new Promise((counted) => (rows.onsuccess = counted));
	request.result.close();
	expect(rows.result).toBeLessThan(502);
	expect((await tab()).els.toJSON()).toEqual({ count: 1_199, theirs: true });
});

test('copies of another person, another board and another life of the board are not each other’s', async () => {
	const first = await tab();
	first.put('secret', 1);
	await first.copy.close();
	for (const other of [{ person: 'bo' }, { doc: 'board-0000002' }, { epoch: 2 }]) {
		const found = await tab(other);
		expect(found.els.toJSON()).toEqual({});
		expect(found.unsent()).toBe(0);
	}
});

test('a browser without IndexedDB keeps nothing, says so, and does not hold the board up', async () => {
	vi.unstubAllGlobals();
	const alone = await tab();
	alone.put('a', 1);
	expect(alone.copy.kept()).toBe(false);
	await alone.copy.forget();
	expect(alone.els.toJSON()).toEqual({ a: 1 });
});

test('a browser that forbids IndexedDB (some private windows) is one that keeps nothing', async () => {
	vi.spyOn(indexedDB, 'open').mockImplementation(() => {
		throw new DOMException('not here', 'SecurityError');
	});
	const alone = await tab();
	alone.put('a', 1);
	expect(alone.copy.kept()).toBe(false);
	await alone.copy.forget();
});

test('a full disk is told, and as soon as there is room again everything is kept', async () => {
	const first = await tab();
	first.put('a', 1);
	// A full disk is found out when a turn is written down, and takes all of it back.
	const { add } = IDBObjectStore.prototype;
	const full = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...given) {
		queueMicrotask(() => this.transaction.abort());
		return add.apply(this, given);
	});
	first.put('b', 2);
	await vi.waitFor(() => expect(first.copy.kept()).toBe(false));
	first.put('c', 3);
	await vi.waitFor(() => expect(full).toHaveBeenCalledTimes(2));
	expect(first.copy.kept()).toBe(false);
	full.mockRestore();
	first.put('d', 4);
	await vi.waitFor(() => expect(first.copy.kept()).toBe(true));
	expect(first.onKept).toHaveBeenCalledTimes(3);
	await first.copy.close();
	const second = await tab();
	expect(second.els.toJSON()).toEqual({ a: 1, b: 2, c: 3, d: 4 });
	expect(second.unsent()).toBe(4);
});

test('a change that is written behind one that failed does not make the copy look whole', async () => {
	const first = await tab();
	const { add } = IDBObjectStore.prototype;
	vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementationOnce(function (this: IDBObjectStore, ...given) {
		queueMicrotask(() => this.transaction.abort());
		return add.apply(this, given);
	});
	first.put('a', 1);
	first.put('b', 2);
	await vi.waitFor(() => expect(first.copy.kept()).toBe(false));
	await vi.waitFor(async () => expect(await unsentBoards('ada')).toMatchObject([{ n: 2 }]));
	expect(first.copy.kept()).toBe(false);
	first.put('c', 3);
	await vi.waitFor(() => expect(first.copy.kept()).toBe(true));
	await first.copy.close();
	expect((await tab()).els.toJSON()).toEqual({ a: 1, b: 2, c: 3 });
});

test('a turn that the browser takes back leaves neither work nor its count', async () => {
	const first = await tab();
	const put = IDBObjectStore.prototype.put;
	vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(function (this: IDBObjectStore, ...given) {
		queueMicrotask(() => this.transaction.abort());
		return put.apply(this, given);
	});
	first.put('a', 1);
	await vi.waitFor(() => expect(first.copy.kept()).toBe(false));
	await first.copy.close();
	const second = await tab();
	expect(second.els.toJSON()).toEqual({});
	expect(second.unsent()).toBe(0);
});

test('a copy that is forgotten is gone, also from under another tab, which then says that it keeps nothing', async () => {
	const [first, second] = [await tab(), await tab()];
	second.put('a', 1);
	await first.copy.forget();
	await vi.waitFor(() => expect(second.copy.kept()).toBe(false));
	second.put('b', 2);
	expect(second.els.toJSON()).toEqual({ a: 1, b: 2 });
	expect(await indexedDB.databases()).toEqual([]);
	expect((await tab()).els.toJSON()).toEqual({});
});

test('who signs out is told of each board with something unsent, of this tab, another one and an earlier visit', async () => {
	const early = await tab({ doc: 'board-0000002' }, 'Attic');
	early.put('a', 1);
	await early.copy.close();
	const open = await tab();
	open.put('a', 1);
	open.put('b', 2);
	const sent = await tab({ doc: 'board-0000003' }, 'Hall');
	sent.put('a', 1);
	sent.saved();
	const another = await tab({ person: 'bo' }, 'Theirs');
	another.put('a', 1);
	await vi.waitFor(async () =>
		expect((await unsentBoards('ada')).toSorted((a, b) => a.n - b.n)).toEqual([
			{ board: 'board-0000002', title: 'Attic', n: 1 },
			{ board: 'board-0000001', title: 'Garden', n: 2 }
		])
	);
});

test('signing out removes every copy of this person and leaves another’s unsent work for their own return', async () => {
	const mine = await tab();
	mine.put('a', 1);
	const theirs = await tab({ person: 'bo' });
	theirs.put('b', 2);
	const settled = await tab({ person: 'cy' });
	settled.put('c', 3);
	settled.saved();
	await Promise.all([theirs.copy.close(), settled.copy.close()]);
	indexedDB.open('another program');
	await vi.waitFor(async () => expect(await indexedDB.databases()).toHaveLength(4));
	await forgetCopies('ada');
	const left = (await indexedDB.databases()).map(({ name }) => name);
	expect(left.toSorted()).toEqual(['another program', 'nabij:bo:board-0000001:1']);
	expect(mine.copy.kept()).toBe(false);
});

/** What an aside holds of the map that these tests write. */
function elsOf(copy: Uint8Array): unknown {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, copy);
	return doc.getMap('els').toJSON();
}

test('what is set aside is out of the copy, and a later visit finds it until it is answered for', async () => {
	const first = await tab();
	first.put('a', 1);
	first.put('theirs', 2, 'others');
	const now = await first.copy.setAside('role');
	expect(now).toMatchObject({ n: 1, why: 'role', kept: true });
	expect(elsOf(now?.copy ?? new Uint8Array())).toEqual({ a: 1, theirs: 2 });
	const second = await tab();
	expect(second.els.toJSON()).toEqual({});
	expect(second.unsent()).toBe(0);
	expect(second.copy.aside()).toMatchObject({ n: 1, why: 'role' });
	// Who signs out is asked about it by name.
	expect(await unsentBoards('ada')).toEqual([{ board: KEY.doc, title: 'Garden', n: 1 }]);
	await second.copy.dropAside();
	expect((await tab()).copy.aside()).toBeNull();
	expect(await unsentBoards('ada')).toEqual([]);
});

test('what is set aside twice waits as one, and what was refused once is not taken for what was not allowed', async () => {
	const first = await tab();
	first.put('a', 1);
	await first.copy.setAside('refused');
	const second = await tab();
	second.put('b', 2);
	const now = await second.copy.setAside('role');
	expect(now).toMatchObject({ n: 2, why: 'refused', kept: true });
	expect(elsOf(now?.copy ?? new Uint8Array())).toEqual({ a: 1, b: 2 });
});

test('without a reason the copy is emptied, but not of what another tab has not sent', async () => {
	const first = await tab();
	first.put('theirs', 1, 'others');
	await first.copy.setAside(null);
	expect((await tab()).els.toJSON()).toEqual({});
	const [reader, writer] = [await tab(), await tab()];
	writer.put('b', 2);
	await vi.waitFor(async () => expect(await unsentBoards('ada')).toHaveLength(1));
	expect(await reader.copy.setAside(null)).toBeNull();
	await writer.copy.close();
	const next = await tab();
	expect(next.els.toJSON()).toEqual({ b: 2 });
	expect(next.unsent()).toBe(1);
});

test('where nothing can be written, nothing is set aside and the copy stays as it was', async () => {
	const first = await tab();
	first.put('a', 1);
	const { put } = IDBObjectStore.prototype;
	vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...given) {
		if (given[1] === 'aside') queueMicrotask(() => this.transaction.abort());
		return put.apply(this, given);
	});
	expect(await first.copy.setAside('role')).toBeNull();
	const second = await tab();
	expect(second.els.toJSON()).toEqual({ a: 1 });
	expect(second.unsent()).toBe(1);
});

test('many changes at once are gathered once, with all of them in it', async () => {
	const first = await tab();
	const add = vi.spyOn(IDBObjectStore.prototype, 'add');
	for (let i = 0; i < 800; i++) first.put('count', i);
	await first.copy.close();
	expect((await tab()).els.toJSON()).toEqual({ count: 799 });
	expect(add.mock.calls.length).toBeLessThan(502);
});

test('nobody is kept from signing out by a browser that forbids its databases, cannot read one, or never answers', async () => {
	const mine = await tab();
	mine.put('a', 1);
	await mine.copy.close();
	const theirs = await tab({ person: 'bo' });
	await theirs.copy.close();
	vi.spyOn(indexedDB, 'open').mockImplementation(() => {
		throw new DOMException('not here', 'SecurityError');
	});
	expect(await unsentBoards('ada')).toEqual([]);
	await forgetCopies('ada');
	// What another person may have waiting there cannot be seen, so it stays.
	expect(await indexedDB.databases()).toMatchObject([{ name: 'nabij:bo:board-0000001:1' }]);
	vi.spyOn(indexedDB, 'databases').mockRejectedValue(new DOMException('not here', 'SecurityError'));
	expect(await unsentBoards('ada')).toEqual([]);
	await forgetCopies('ada');
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	vi.spyOn(indexedDB, 'databases').mockReturnValue(new Promise(() => {}));
	const asked = unsentBoards('ada');
	await vi.runAllTimersAsync();
	expect(await asked).toEqual([]);
});

test('two lives of a board are asked about as one board', async () => {
	const early = await tab();
	early.put('a', 1);
	const late = await tab({ epoch: 2 });
	late.put('b', 2);
	await vi.waitFor(async () => expect(await unsentBoards('ada')).toEqual([{ board: KEY.doc, title: 'Garden', n: 2 }]));
});
