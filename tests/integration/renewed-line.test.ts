import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { addElements, deleteElements, moveElements, presentElements } from '#domain/board/commands';
import { elementMap, LOCAL } from '#domain/board/document';
import { textOf } from '#domain/board/read';
import type { Viewer } from '#server/services/sessions';
import { Connection } from '../../src/lib/board/sync/connection.ts';
import type { Aside } from '../../src/lib/board/sync/copy-store.ts';
import { keepCopy } from '../../src/lib/board/sync/local-copy.ts';
import { together } from '../../src/lib/board/sync/unsaved.ts';
import { freshHistory, type HistoryWorld } from '../support/history.ts';
import { until } from '../support/sync-client.ts';

const NOWHERE = 'ws://127.0.0.1:1';

/** A browser with its own IndexedDB; the page of the board can be opened in it, and be without a network. */
function browserOf(world: HistoryWorld, who: Viewer) {
	vi.stubGlobal('indexedDB', new IDBFactory());
	vi.stubGlobal('IDBKeyRange', IDBKeyRange);
	onTestFinished(() => void vi.unstubAllGlobals());
	let cut = false;
	const sockets = new Set<WebSocket>();
	class Line extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(cut ? NOWHERE : url, protocols, { headers: { cookie: who.id } });
			sockets.add(this);
			this.on('close', () => sockets.delete(this));
		}
	}
	const open = (renewal?: Connection['renewal'], person: string | null = who.id): Connection => {
		const { epoch = 1, before = null } = renewal ?? {};
		const made = new Connection({
			base: world.sync.base,
			doc: world.board.id,
			epoch,
			person,
			before,
			socket: Line as unknown as typeof globalThis.WebSocket
		});
		onTestFinished(() => made.destroy());
		return made;
	};
	return {
		open,
		/** As the page does: ended by a new epoch, it goes on in that. */
		async renewed(before: Connection): Promise<Connection> {
			await until(() => expect(before.state).toMatchObject({ is: 'ended', why: 'renewed' }));
			const next = open(before.renewal);
			await before.destroy();
			return next;
		},
		cutLine: () => {
			cut = true;
			for (const socket of sockets) socket.terminate();
		},
		mendLine: () => {
			cut = false;
		},
		copies: async () => (await indexedDB.databases()).map(({ name = '' }) => name.split(':').at(-1)).sort(),
		/** Whether these letters lie anywhere in what the browser keeps. */
		async keeps(letters: string): Promise<boolean> {
			let found = false;
			for (const { name = '' } of await indexedDB.databases()) {
				const db = await answer(indexedDB.open(name));
				for (const store of ['updates', 'custom']) {
					const rows = await answer(db.transaction(store).objectStore(store).getAll());
					const bytes = rows.map((row: unknown) =>
						row instanceof Uint8Array ? row : (row as { copy?: Uint8Array }).copy
					);
					if (bytes.some((one) => one && Buffer.from(one).includes(letters))) found = true;
				}
				db.close();
			}
			return found;
		}
	};
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(new Error('no answer', { cause: request.error }));
	});
}

const hand = { by: 'bo', now: 1_000 };
const saved = (line: Connection) => until(() => expect(line.state).toEqual({ is: 'saved' }));
const words = (doc: Y.Doc, id: string): string => textOf(elementMap(doc, id))?.toString() ?? '';
const append = (line: Connection, id: string, text: string): void => {
	const into = textOf(elementMap(line.doc, id));
	line.doc.transact(() => into?.insert(into.length, text), LOCAL);
};
const note = (line: Connection, text: string): string =>
	addElements(line.doc, [{ t: 'note', at: [0, 0], text }], hand)[0] ?? '';

/** A board with three notes of Bo's, all saved, and Bo's page on it. */
async function boPlaysOn() {
	const world = await freshHistory();
	const browser = browserOf(world, world.bo);
	const line = browser.open();
	await saved(line);
	const ids = { written: note(line, 'milk'), moved: note(line, 'moved'), gone: note(line, 'swordfish') };
	await saved(line);
	const purge = async (): Promise<void> => {
		const ada = await world.join(world.ada);
		ada.edit((doc) => deleteElements(doc, [ids.gone], 2_000));
		await ada.settled();
		await world.history.purge(world.ada, world.board.id);
	};
	return { world, browser, line, ids, purge };
}

test('a purge while the page is open goes on in the new epoch, and takes the old one out of the browser', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	expect(await browser.keeps('swordfish')).toBe(true);
	await purge();
	const next = await browser.renewed(line);
	await saved(next);
	expect(
		presentElements(next.doc)
			.map(({ id }) => id)
			.sort()
	).toEqual([ids.written, ids.moved].sort());
	await until(async () => expect(await browser.copies()).toEqual(['2']));
	expect(await browser.keeps('swordfish')).toBe(false);
	append(next, ids.written, ' and tea');
	await saved(next);
	expect(words(await world.document(), ids.written)).toBe('milk and tea');
	expect(next.asides.waiting).toBeNull();
});

test('work done without a network is done again after a purge; what it was done to and is gone is set aside alone', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	browser.cutLine();
	append(line, ids.written, ' and tea');
	moveElements(line.doc, [ids.moved], 40, 0);
	append(line, ids.gone, ', still wanted');
	const made = note(line, 'made offline');
	await until(() => expect(line.state).toMatchObject({ is: 'offline', n: 4, kept: true }));
	await purge();
	browser.mendLine();
	const next = await browser.renewed(line);
	let told = 0;
	next.onAside(() => told++);
	await saved(next);
	const doc = await world.document();
	expect(words(doc, ids.written)).toBe('milk and tea');
	expect(elementMap(doc, ids.moved)?.get('pos')).toEqual([null, 40, 0]);
	expect(words(doc, made)).toBe('made offline');
	expect(elementMap(doc, ids.gone)).toBeNull();
	await until(() => expect(told).toBe(1));
	expect(next.asides.waiting).toMatchObject({ n: 1, why: 'renewed', kept: true });
	const aside = new Y.Doc();
	Y.applyUpdate(aside, next.asides.waiting?.copy ?? new Uint8Array([0, 0]));
	expect(presentElements(aside).map(({ id }) => id)).toEqual([ids.gone]);
	expect(words(aside, ids.gone)).toBe('swordfish, still wanted');
	await until(async () => expect(await browser.copies()).toEqual(['2']));
});

test('of what this very page wrote only what was never said to be saved is done again, after another visit too', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	append(line, ids.written, ', the PIN is 4711');
	await saved(line);
	browser.cutLine();
	append(line, ids.written, ' and tea');
	moveElements(line.doc, [ids.moved], 40, 0);
	await until(() => expect(line.state).toMatchObject({ is: 'offline', n: 2, kept: true }));
	await line.destroy();
	// Another visit, without a network as well, takes what is unsent over from the first.
	const second = browser.open();
	await second.loaded;
	append(second, ids.written, ' and more');
	second.doc.transact(() => textOf(elementMap(second.doc, ids.moved))?.delete(0, 3), LOCAL);
	await until(() => expect(second.state).toMatchObject({ is: 'offline', n: 2, kept: true }));
	const ada = await world.join(world.ada);
	ada.edit((doc) => {
		textOf(elementMap(doc, ids.written))?.delete(4, 17);
		elementMap(doc, ids.written)?.set('pos', [null, 900, 900]);
		elementMap(doc, ids.moved)?.set('st', { colour: 'mint' });
	});
	await ada.settled();
	await purge();
	browser.mendLine();
	const next = await browser.renewed(second);
	await saved(next);
	const doc = await world.document();
	expect(words(doc, ids.written)).toBe('milk and tea and more');
	expect(words(doc, ids.moved)).toBe('ed');
	expect(elementMap(doc, ids.written)?.get('pos')).toEqual([null, 900, 900]);
	expect(elementMap(doc, ids.moved)?.toJSON()).toMatchObject({ pos: [null, 40, 0], st: { colour: 'mint' } });
	expect(Buffer.from(Y.encodeStateAsUpdate(doc)).includes('4711')).toBe(false);
});

test('so it is with what an earlier visit left, over two purges, and it is done once', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	browser.cutLine();
	append(line, ids.written, ' and tea');
	const made = note(line, 'made offline');
	await until(() => expect(line.state).toMatchObject({ is: 'offline', n: 2, kept: true }));
	await line.destroy();
	await purge();
	await world.history.purge(world.ada, world.board.id);
	browser.mendLine();
	const late = browser.open({
		epoch: 3,
		before: {
			epoch: 2,
			copy: Y.encodeStateAsUpdate(new Y.Doc()),
			load: together([]),
			aside: null
		}
	});
	await saved(late);
	await until(async () => expect(await browser.copies()).toEqual(['3']));
	await saved(late);
	await late.destroy();
	const again = browser.open({
		epoch: 3,
		before: {
			epoch: 2,
			copy: Y.encodeStateAsUpdate(new Y.Doc()),
			load: together([]),
			aside: null
		}
	});
	await saved(again);
	const doc = await world.document();
	expect(words(doc, ids.written)).toBe('milk and tea');
	expect(words(doc, made)).toBe('made offline');
	expect(presentElements(doc)).toHaveLength(3);
});

test('a page that was open and offline over two purges goes on in the third epoch', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	browser.cutLine();
	append(line, ids.written, ' and tea');
	await purge();
	await world.history.purge(world.ada, world.board.id);
	browser.mendLine();
	const next = await browser.renewed(line);
	await saved(next);
	expect(next.renewal.epoch).toBe(3);
	expect(words(await world.document(), ids.written)).toBe('milk and tea');
});

test('who only reads by then has the work set aside, and nothing of it is sent', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	browser.cutLine();
	append(line, ids.written, ' and tea');
	await until(() => expect(line.state).toMatchObject({ is: 'offline', n: 1, kept: true }));
	await line.destroy();
	await purge();
	world.sync.access.let(world.bo.id, { role: 'viewer' });
	browser.mendLine();
	const next = browser.open({ epoch: 2, before: line.renewal.before });
	await saved(next);
	await until(() => expect(next.asides.waiting).toMatchObject({ why: 'renewed', n: 1 }));
	expect(words(await world.document(), ids.written)).toBe('milk');
});

test('what was set aside goes on alone: of all else of the old epoch the browser keeps nothing', async () => {
	const { world, browser, line, ids, purge } = await boPlaysOn();
	browser.cutLine();
	append(line, ids.written, ' and tea');
	world.sync.access.let(world.bo.id, { role: 'viewer' });
	browser.mendLine();
	await until(() => expect(line.state).toMatchObject({ is: 'ended', why: 'role', n: 1 }));
	expect(await line.asides.takeOut()).toMatchObject({ why: 'role', things: [ids.written], kept: true });
	await line.destroy();
	expect(await browser.keeps('swordfish')).toBe(true);
	await purge();
	const next = browser.open({ epoch: 2, before: { ...line.renewal.before, load: together([]) } });
	await saved(next);
	await until(() => expect(next.asides.waiting).toMatchObject({ why: 'renewed', n: 1, kept: true }));
	await until(async () => expect(await browser.copies()).toEqual(['2']));
	expect(await browser.keeps('swordfish')).toBe(false);
	const aside = new Y.Doc();
	Y.applyUpdate(aside, next.asides.waiting?.copy ?? new Uint8Array([0, 0]));
	expect(presentElements(aside).map(({ id }) => id)).toEqual([ids.written]);
	expect(words(aside, ids.written)).toBe('milk and tea');
});

test('work that cannot be done again is told, its copy stays, and the board goes on', async () => {
	const { browser, line, ids, purge } = await boPlaysOn();
	browser.cutLine();
	append(line, ids.written, ' and tea');
	await until(() => expect(line.state).toMatchObject({ is: 'offline', n: 1, kept: true }));
	await line.destroy();
	await purge();
	browser.mendLine();
	const told = vi.fn();
	vi.stubGlobal('reportError', told);
	vi.spyOn(Y.Text.prototype, 'toDelta').mockImplementation(() => {
		throw new Error('unreadable');
	});
	const next = browser.open({ epoch: 2, before: { ...line.renewal.before, load: together([]) } });
	onTestFinished(() => void vi.restoreAllMocks());
	await until(() => expect(told).toHaveBeenCalledOnce());
	vi.restoreAllMocks();
	await saved(next);
	expect(await browser.copies()).toEqual(['1', '2']);
});

test('a page without a copy offers all the same what cannot be done again', async () => {
	const { browser, line, ids, purge } = await boPlaysOn();
	append(line, ids.gone, ', still wanted');
	const { before } = line.renewal;
	await line.destroy();
	await purge();
	const next = browser.open({ epoch: 2, before }, null);
	let offered: Aside | null = null;
	next.onAside((waiting) => (offered = waiting));
	await until(() => expect(offered).toMatchObject({ why: 'renewed', n: 1, kept: false }));
	await saved(next);
});

test('a copy of a later epoch than the server’s is never dropped: what the server lost of it is offered', async () => {
	const { world, browser, line, ids } = await boPlaysOn();
	// The server was put back to a backup that knows nothing of the second epoch, which this browser has a copy of.
	const doc = new Y.Doc();
	const nothing = { n: 0, title: '', things: [], made: [] };
	const key = { person: world.bo.id, doc: world.board.id, epoch: 2 };
	const later = keepCopy(key, doc, { unsent: () => nothing, onKept: () => {} });
	await later.loaded;
	Y.applyUpdate(doc, line.copy);
	const lost = addElements(doc, [{ t: 'note', at: [0, 0], text: 'saved after the backup' }], hand)[0] ?? '';
	textOf(elementMap(doc, ids.written))?.insert(4, ' and tea');
	deleteElements(doc, [ids.gone], 3_000);
	await later.flushed();
	await later.close();
	await line.destroy();
	const now = browser.open();
	await saved(now);
	await until(() => expect(now.asides.waiting).toMatchObject({ why: 'restored', n: 2, kept: true }));
	const aside = new Y.Doc();
	Y.applyUpdate(aside, now.asides.waiting?.copy ?? new Uint8Array([0, 0]));
	expect(words(aside, lost)).toBe('saved after the backup');
	expect(words(aside, ids.written)).toBe('milk and tea');
	expect(elementMap(aside, ids.moved)).toBeNull();
	expect(words(now.doc, ids.written)).toBe('milk');
	await until(async () => expect(await browser.copies()).toEqual(['1']));
});
