import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { NEVER_WRITTEN } from '#server/ports/document-store';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import type { Gathering } from '#server/sync/gathering';
import { DEFAULT_LIMITS } from '#server/sync/limits';
import { LoggedDocument } from '#server/sync/logged-document';
import { RoomLink } from '#server/sync/room-link';

const DOC = 'board-0000001';

afterEach(() => void vi.useRealTimers());

/** The log of a document of so many rows that this node has none of, and the line that is to bring them. */
async function behind(rows: number) {
	const store = new MemoryDocumentStore();
	const writer = new Y.Doc();
	const updates: Uint8Array[] = [];
	writer.on('update', (update: Uint8Array) => void updates.push(update));
	for (let row = 0; row < rows; row++) writer.getMap('rows').set(`${row}`, row);
	await store.append(updates.map((update) => ({ doc: DOC, author: 'ada', at: 0, update })));
	const document = new LoggedDocument(NEVER_WRITTEN);
	const lines: string[] = [];
	const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
	let delivered = 0;
	const link = new RoomLink({
		doc: DOC,
		node: 'here',
		bus: createMemoryBus(),
		store,
		log,
		limits: DEFAULT_LIMITS,
		// Nothing comes by the bus here.
		gathering: {} as Gathering,
		document: {
			here: document,
			need: () => document,
			get seq() {
				return document.seq;
			},
			epoch: document.epoch,
			reading: false,
			asleep: false
		},
		deliver: (some) => (delivered += some.length),
		onStale: () => {}
	});
	return { store, document, link, lines, delivered: () => delivered };
}

test('while missed rows cannot be read they are asked for ever less often, and the log says it once', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	const { store, document, link, lines, delivered } = await behind(3);
	const since = vi.spyOn(store, 'since').mockRejectedValue(new Error('the store is away'));
	link.watchHole(true);
	await vi.advanceTimersByTimeAsync(60_000);
	// 0.05 s, then after 0.2, 0.4, … 3.2 s, and then each 5 s.
	expect(since.mock.calls.length).toBeGreaterThan(10);
	expect(since.mock.calls.length).toBeLessThan(20);
	expect(lines).toEqual(['missed rows cannot be read, trying again']);

	since.mockRestore();
	await vi.advanceTimersByTimeAsync(DEFAULT_LIMITS.retryMaxMs);
	await vi.waitFor(() => expect(document.seq).toBe(3));
	await turn();
	expect(delivered()).toBe(3);
	expect(lines.slice(1)).toEqual(['missed rows can be read again']);
	link.close();
});

test('what was missed in a long absence is read page by page', async () => {
	const { store, document, link, delivered } = await behind(450);
	const since = vi.spyOn(store, 'since');
	link.watchHole(true);
	await vi.waitFor(() => expect(document.seq).toBe(450));
	expect(delivered()).toBe(450);
	for (const [, , most] of since.mock.calls) expect(most).toBeLessThanOrEqual(200);
	link.close();
});

test('what turns out to be missing during a reading is read right after it', async () => {
	const { store, document, link } = await behind(3);
	const { since } = store;
	const late = new Y.Doc();
	late.getMap('rows').set('late', true);
	vi.spyOn(store, 'since').mockImplementationOnce(async (doc, after, most) => {
		const rows = await since.call(store, doc, after, most);
		await store.append([{ doc: DOC, author: 'bo', at: 0, update: Y.encodeStateAsUpdate(late) }]);
		link.watchHole(true);
		return rows;
	});
	link.watchHole(true);
	await vi.waitFor(() => expect(document.seq).toBe(4));
	link.close();
});
