import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { silent } from '../support/records.ts';
import { until } from '../support/sync-client.ts';
import { startSyncOnMemory } from '../support/sync-world.ts';
import { Authors } from '#server/sync/authors';

const BOARD = 'board-0000001';

/** Appends so many rows of one clientID. */
async function write(store: MemoryDocumentStore, author: string, client: number, rows: number): Promise<void> {
	const doc = new Y.Doc();
	doc.clientID = client;
	const updates: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	for (let i = 0; i < rows; i++) doc.getMap('els').set('key', i);
	await store.append(updates.map((update, at) => ({ doc: BOARD, author, at, update })));
}

test('of a long history only the newest rows are read, and show who began there, never who went on', async () => {
	const store = new MemoryDocumentStore();
	await write(store, 'bo', 7, 300);
	await write(store, 'ada', 8, 400);
	const since = vi.spyOn(store, 'since');
	const authors = new Authors(BOARD, store, silent, 500);
	expect(await authors.read(700)).toBe(true);
	expect(authors.of(8)?.person).toBe('ada');
	expect(authors.of(7)).toBeUndefined();
	expect(since.mock.calls.map(([, after]) => after)).toEqual([200, 400, 600]);
});

test('a history that is read from its first row shows nobody as the author of what began elsewhere', async () => {
	const store = new MemoryDocumentStore();
	await write(store, 'ada', 8, 2);
	const [first, second] = await store.since(BOARD, 0);
	const brought = new MemoryDocumentStore();
	await brought.append([second, first].flatMap((row) => (row ? [{ ...row, author: 'bo' }] : [])).slice(0, 1));
	const authors = new Authors(BOARD, brought, silent, 500);
	await authors.read(1);
	expect(authors.of(8)).toBeUndefined();
});

test('who says who they are while the document is read is heard, and no more of the log read for it than may be', async () => {
	const store = new MemoryDocumentStore();
	await write(store, 'bo', 7, 300);
	const world = await startSyncOnMemory({ store, limits: { authorRows: 100 } });
	const ada = await world.join('ada');
	// A row that fails has the document read anew.
	const since = vi.spyOn(store, 'since');
	const load = store.load.bind(store);
	const reading = Promise.withResolvers<void>();
	const loads = vi.spyOn(store, 'load').mockImplementation(async (doc) => {
		await reading.promise;
		return load(doc);
	});
	store.failsAlone = () => true;
	const failing = await world.join('bo');
	failing.write('lost', 1);
	await failing.closed;
	await until(() => expect(loads).toHaveBeenCalled());
	ada.present({ here: true });
	const vic = world.open('vic');
	await vic.opened;
	vic.present({ here: true });
	// Each is read in order: the ping that is answered came after what was said.
	await Promise.all([ada, vic].map(({ socket }) => new Promise((answered) => socket.once('pong', answered).ping())));
	reading.resolve();
	await until(() => expect(ada.states.get(vic.doc.clientID)).toEqual({ here: true }));
	expect(since.mock.calls.filter(([, after]) => after < 200)).toEqual([]);
});
