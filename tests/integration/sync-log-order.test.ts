import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { docTopic, encodeBusMessage } from '#server/sync/bus-messages';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { statesHere } from '../support/states.ts';
import { seededChance } from '../support/killed-process.ts';
import { syncMessage, until, type RawClient } from '../support/sync-client.ts';
import { BOARD, SaidAccess, startSync, type SyncWorld } from '../support/sync-world.ts';

/** The clientID that two write with. */
const SHARED = 7;

/** What somebody wrote under the shared clientID in a document of their own. */
function forged(act: (doc: Y.Doc) => void): Uint8Array {
	const doc = Object.assign(new Y.Doc(), { clientID: SHARED });
	act(doc);
	return Y.encodeStateAsUpdate(doc);
}

/** Collected structs: that so many clocks are gone, and nothing of what they were. */
const gone = (length: number): Uint8Array => Uint8Array.of(1, 1, SHARED, 0, 0, length, 0);
const letters = forged((doc) => doc.getText('t').insert(0, 'abcdefgh'));
const one = forged((doc) => doc.getMap('els').set('n', 'one'));
const two = forged((doc) => doc.getMap('els').set('n', 'two'));
const note = forged((doc) => doc.getMap('els').set('n', new Y.Map([['txt', new Y.Text('a note')]])));

/** All that a document says. */
function said(doc: Y.Doc): unknown {
	return { els: doc.getMap('els').toJSON(), t: doc.getText('t').toString(), vector: Y.encodeStateVector(doc) };
}

/** Two nodes on one log, a reader at each, and somebody who writes at each. */
async function twoNodes(bus = createMemoryBus()) {
	const access = new SaidAccess();
	for (const name of ['ada', 'bo']) access.let(name);
	for (const name of ['vic', 'val']) access.let(name, { role: 'viewer' });
	const shared = { store: new MemoryDocumentStore(), bus, access };
	const nodes = [await startSync(shared), await startSync(shared)] as const;
	const readers = [await nodes[0].join('vic'), await nodes[1].join('val')] as const;
	const writers = [await nodes[0].join('ada'), await nodes[1].join('bo')] as const;
	for (const writer of writers) await writer.settled();
	return { ...shared, nodes, readers, writers };
}

type TwoNodes = Awaited<ReturnType<typeof twoNodes>>;

/** Sends both at once: neither node knows of the other's row when it judges, and the first one's is the first in the log. */
async function atOnce({ store }: TwoNodes, ...messages: readonly (readonly [RawClient, Uint8Array])[]): Promise<void> {
	const { heldBack } = store;
	store.hold();
	for (const [index, [writer, update]] of messages.entries()) {
		writer.send(syncMessage(2, update));
		await until(() => expect(store.heldBack).toBe(heldBack + index + 1));
	}
	store.release();
	for (const [writer] of messages) await writer.settled();
}

/** Expects the same document of readers at both nodes, of who comes to a third one, of an unmodified client, and of a checkpoint. */
async function allSame({ readers, store, bus, access }: TwoNodes): Promise<void> {
	const third: SyncWorld = await startSync({ store, bus, access });
	const fresh = await third.join('vic');
	const stock = third.stock('val');
	const kept = new Y.Doc();
	Y.applyUpdate(kept, await statesHere.merged((await store.load(BOARD)).updates));
	expect(said(kept)).toEqual(said(fresh.doc));
	await until(() => expect(stock.provider.synced).toBe(true));
	await until(() => {
		for (const doc of [...readers.map((reader) => reader.doc), stock.doc]) expect(said(doc)).toEqual(said(fresh.doc));
	});
	for (const doc of [...readers.map((reader) => reader.doc), fresh.doc]) expect(doc.store.pendingStructs).toBeNull();
}

test.each([
	['what is gone, and letters', { first: gone(3), second: letters, els: {}, t: '', refused: true }],
	['one value, and another', { first: one, second: two, els: { n: 'one' }, t: '', refused: true }],
	['another value, and the one', { first: two, second: one, els: { n: 'two' }, t: '', refused: true }],
	['letters, and a note', { first: letters, second: note, els: {}, t: 'abcdefgh', refused: true }],
	['a note, and letters', { first: note, second: letters, els: { n: { txt: 'a note' } }, t: '', refused: true }],
	// What is gone cannot be compared with anything: it counts as deleted.
	['letters, and what is gone', { first: letters, second: gone(3), els: {}, t: 'abcdefgh', refused: false }],
	['what is gone, and a note', { first: gone(2), second: note, els: {}, t: '', refused: false }]
])('of two rows that do not fit together the first counts, for everybody: %s', async (_, asked) => {
	const { first, second, els, t, refused } = asked;
	const world = await twoNodes();
	const [ada, bo] = world.writers;
	const n = bo.sent + 1;
	await atOnce(world, [ada, first], [bo, second]);
	expect(bo.heard('refused')).toMatchObject(refused ? [{ n, code: 'wire.malformed' }] : []);
	expect(ada.heard('refused')).toEqual([]);
	await until(() => expect(world.readers.map(({ doc }) => doc.getMap('els').toJSON())).toEqual([els, els]));
	expect(world.readers.map(({ doc }) => doc.getText('t').toString())).toEqual([t, t]);
	await allSame(world);

	// And the board lives on, at both nodes and at one that begins with this log.
	const third = await startSync(world);
	const writers = [await world.nodes[0].join('bo'), await world.nodes[1].join('ada'), await third.join('ada')];
	for (const [index, writer] of writers.entries()) {
		writer.write(`later-${index}`, index);
		await writer.settled();
	}
	await allSame(world);
	for (const { content } of world.readers) expect(content).toMatchObject({ 'later-0': 0, 'later-1': 1, 'later-2': 2 });
});

test('nobody is shown what does not count, nor told that it is saved', async () => {
	const world = await twoNodes();
	const [ada, bo] = world.writers;
	const [, val] = world.readers;
	const seen: unknown[] = [];
	val.doc.on('update', () => seen.push(val.content.n));
	await atOnce(world, [ada, one], [bo, two]);
	await until(() => expect(seen).toEqual(['one']));
	expect(bo.heard('refused')).toHaveLength(1);
});

test('who wrote beside the one whose row does not count is saved, and seen by all', async () => {
	const world = await twoNodes();
	const [ada, bo] = world.writers;
	const mia = await world.nodes[1].join('ada');
	await mia.settled();
	world.store.hold();
	ada.send(syncMessage(2, one));
	await until(() => expect(world.store.heldBack).toBe(1));
	// Two in one tick of the other node: it collects while it commits something else.
	bo.write('before', 1);
	await until(() => expect(world.store.heldBack).toBe(2));
	bo.send(syncMessage(2, two));
	mia.write('beside', 1);
	for (const writer of [bo, mia]) writer.present({ p: [0, 0] });
	await until(() => expect(bo.states.size + mia.states.size).toBeGreaterThanOrEqual(2));
	world.store.release();
	await Promise.all([ada.settled(), bo.settled(), mia.settled()]);
	expect(mia.heard('refused')).toEqual([]);
	await allSame(world);
	expect(world.readers[0].content).toEqual({ n: 'one', before: 1, beside: 1 });
});

test('two tabs that bring one copy to two nodes lose nothing of it, also when one has more', async () => {
	const copy = new Y.Doc();
	copy.getText('t').insert(0, 'offline');
	const less = Y.encodeStateAsUpdate(copy);
	copy.getText('t').insert(7, ' and more');
	for (const [first, second] of [
		[less, Y.encodeStateAsUpdate(copy)],
		[Y.encodeStateAsUpdate(copy), less],
		[less, less]
	] as const) {
		const world = await twoNodes();
		const [ada, bo] = world.writers;
		await atOnce(world, [ada, first], [bo, second]);
		expect([...ada.heard('refused'), ...bo.heard('refused')]).toEqual([]);
		await allSame(world);
		expect(world.readers[0].doc.getText('t').toString()).toBe(first === second ? 'offline' : 'offline and more');
	}
});

test('work at two nodes at once that does not touch is read from nowhere again', async () => {
	const world = await twoNodes();
	const [ada, bo] = world.writers;
	// The Y.Docs are here from now on.
	for (const writer of world.writers) {
		writer.write('first', 1);
		await writer.settled();
	}
	await until(() => expect([ada.content, bo.content]).toEqual(Array(2).fill({ first: 1 })));
	const reading = [vi.spyOn(world.store, 'load'), vi.spyOn(world.store, 'since')];
	for (let turn = 0; turn < 20; turn++) {
		const update = (writer: RawClient) =>
			writer.change((doc) => doc.getMap('els').set(`${turn} ${doc.clientID}`, turn));
		await atOnce(world, [ada, update(ada)], [bo, update(bo)]);
	}
	for (const spy of reading) expect(spy).not.toHaveBeenCalled();
	await until(() => expect(Object.keys(world.readers[1].content)).toHaveLength(41));
	await allSame(world);
});

test('what waits for a row of another node that cannot be read holds up no purge once the room has ended', async () => {
	const bus = createMemoryBus();
	let lost = false;
	const publish = (topic: string, message: Uint8Array) => (lost ? undefined : bus.publish(topic, message));
	const world = await twoNodes({ ...bus, publish });
	const [ada, bo] = world.writers;
	bo.write('first', 1);
	await bo.settled();
	lost = true;
	const since = vi.spyOn(world.store, 'since').mockRejectedValue(new Error('the store is away'));
	ada.write('missing', 1);
	await ada.settled();
	bo.write('waits', 1);
	await until(() => expect(since).toHaveBeenCalled());
	expect(bo.saved).toBe(bo.sent - 1);
	const renewed = vi.fn(async () => null);
	const pausing = world.nodes[1].sync.pause(BOARD, renewed);
	bus.publish(docTopic(BOARD), encodeBusMessage({ is: 'epoch', node: 'another', epoch: 2 }));
	await pausing;
	expect(renewed).toHaveBeenCalledOnce();
	expect(await bo.closed).toMatchObject({ reason: 'epoch' });
});

test.each([
	['all messages', 0],
	['no more than half of the messages', 0.5]
])(
	'rows of two nodes that contradict each other leave one document, where %s arrive',
	{ timeout: 60_000 },
	async (_, loss) => {
		const random = seededChance('rows that contradict each other');
		const bus = createMemoryBus();
		const publish = (topic: string, message: Uint8Array) => (random() < loss ? undefined : bus.publish(topic, message));
		const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
		const world = await twoNodes({ ...bus, publish });
		for (let turn = 0; turn < 25; turn++) {
			const client = 100 + turn;
			const make = (): Uint8Array => {
				const doc = Object.assign(new Y.Doc(), { clientID: client });
				const word = 'abcdefgh'.slice(0, 1 + Math.floor(random() * 8));
				pick([
					() => doc.getText('t').insert(0, word),
					() => doc.getMap('els').set(word, turn),
					() => doc.getMap('els').set('n', new Y.Map([['txt', new Y.Text(word)]])),
					() => {
						doc.getText('t').insert(0, word);
						doc.getText('t').delete(0, 1);
					}
				])();
				return random() < 0.2 ? Uint8Array.of(1, 1, client, 0, 0, word.length, 0) : Y.encodeStateAsUpdate(doc);
			};
			// Forgers are sent away after a number of refusals: each turn has its own.
			const writers = [await world.nodes[0].join('ada'), await world.nodes[1].join('bo')] as const;
			for (const writer of writers) await writer.settled();
			const both = random() < 0.5 ? writers : ([writers[1], writers[0]] as const);
			await atOnce(world, [both[0], make()], [both[1], make()]);
			for (const writer of writers) await writer.close();
			const [ada, bo] = world.writers;
			for (const writer of [ada, bo]) writer.edit((doc) => doc.getMap('els').set(`turn ${turn} ${doc.clientID}`, turn));
			if (random() < 0.3) await Promise.all([ada.settled(), bo.settled()]);
		}
		for (const writer of world.writers) await writer.settled();
		await allSame(world);
		const honest = Object.keys(world.readers[0].content).filter((key) => key.startsWith('turn '));
		expect(honest).toHaveLength(50);
		expect(world.store.rows(BOARD).length).toBeGreaterThan(75);
	}
);
