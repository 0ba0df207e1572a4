import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { CLOSE } from '#domain/wire/close-codes';
import { KIND } from '#domain/wire/kinds';
import { BOARD, SaidAccess, startSync, startSyncOnMemory } from '../support/sync-world.ts';
import { syncMessage, until, type RawClient } from '../support/sync-client.ts';
import { seededChance } from '../support/killed-process.ts';

const els = (doc: Y.Doc) => doc.getMap('els');
const same = (a: Y.Doc, b: Y.Doc) => {
	expect(els(a).toJSON()).toEqual(els(b).toJSON());
};

test('a room that is let go while someone is still being admitted takes nobody: they join its successor', async () => {
	const access = new SaidAccess();
	access.let('ada');
	access.let('bo');
	const world = await startSyncOnMemory({ access, limits: { warmMs: 0, handshakeMs: 60_000 } });
	// Access changes while the document is read, and the answer comes only when the empty room has been let go.
	const load = world.store.load.bind(world.store);
	world.store.load = (doc) => {
		world.store.load = load;
		world.announce({ kind: 'person', person: 'ada' });
		return load(doc);
	};
	const again = access.again.bind(access);
	let asked = false;
	access.again = async (admission) => {
		asked = true;
		await until(() => expect(world.sync.stats().rooms).toBe(0));
		return again(admission);
	};
	const ada = await world.join('ada');
	expect(asked).toBe(true);
	ada.write('kept', 1);
	await ada.settled();
	const bo = await world.join('bo');
	expect(bo.content).toEqual({ kept: 1 });
	bo.write('both', 2);
	await until(() => expect(ada.content).toEqual({ kept: 1, both: 2 }));
	expect(world.sync.stats()).toMatchObject({ rooms: 1, sockets: 2 });
});

test('unmodified y-websocket clients converge, also after one wrote offline, and hear none of our kinds', async () => {
	const world = await startSync();
	const ada = world.stock('ada');
	const bo = world.stock('bo');
	await until(() => expect(ada.provider.synced && bo.provider.synced).toBe(true));
	els(ada.doc).set('a', 1);
	els(bo.doc).set('b', 2);
	await until(() => expect(els(ada.doc).size + els(bo.doc).size).toBe(4));
	bo.provider.disconnect();
	els(bo.doc).set('offline', true);
	els(ada.doc).delete('a');
	bo.provider.connect();
	await until(() => {
		expect(els(ada.doc).toJSON()).toEqual({ b: 2, offline: true });
		same(ada.doc, bo.doc);
	});
	// Our own client beside them causes saved, control and live; none of it may reach the stock ones.
	const own = await world.join('ada');
	own.live({ gesture: 0, phase: 0, payload: { do: 'move', ids: [] } });
	own.write('c', 3);
	await until(() => expect(els(bo.doc).get('c')).toBe(3));
	expect(new Set([...ada.kinds, ...bo.kinds].filter((kind) => kind > KIND.queryAwareness))).toEqual(new Set());
	expect(own.kinds).toContain(KIND.saved);
});

test('nothing reaches a peer, nor "saved" its writer, before its commit', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	const bo = await world.join('bo');
	await Promise.all([ada.settled(), bo.settled()]);
	world.store.hold();
	const before = ada.saved;
	ada.write('a', 1);
	await until(() => expect(world.store.heldBack).toBe(1));
	// A cursor does not wait for the commit; once it came, an update sent before it would have come too.
	ada.present({ p: [1, 2] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 2] }));
	expect(bo.content).toEqual({});
	expect(ada.saved).toBe(before);
	expect(world.store.rows(BOARD)).toHaveLength(0);
	world.store.release();
	await until(() => expect(bo.content).toEqual({ a: 1 }));
	await ada.settled();
	expect(ada.saved).toBe(before + 1);
});

test('who joins during a commit gets nothing uncommitted and misses nothing', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	ada.write('committed', 1);
	await ada.settled();
	world.store.hold();
	ada.write('under-way', 2);
	await until(() => expect(world.store.heldBack).toBe(1));
	const bo = world.open('bo');
	await bo.opened;
	bo.askStepOne();
	const stock = world.stock('bo');
	// Both have spoken and been heard: their cursors are with ada.
	bo.present({ p: [0, 0] });
	stock.provider.awareness.setLocalState({ p: [1, 1] });
	await until(() => expect([...ada.states.keys()].sort()).toEqual([bo.doc.clientID, stock.doc.clientID].sort()));
	expect(bo.content).not.toHaveProperty('under-way');
	expect(els(stock.doc).has('under-way')).toBe(false);
	world.store.release();
	await until(() => {
		expect(bo.content).toEqual({ committed: 1, 'under-way': 2 });
		same(stock.doc, bo.doc);
	});
	expect(bo.doc.store.pendingStructs).toBeNull();
});

test('who joins while nothing can be written waits for no disk, and sees what is durable only', async () => {
	const world = await startSyncOnMemory({ limits: { retryFirstMs: 5, retryMaxMs: 5 } });
	const ada = await world.join('ada');
	ada.write('committed', 1);
	await ada.settled();
	world.store.full = true;
	ada.write('under-way', 2);
	await until(() => expect(ada.heard('storage')).toMatchObject([{ state: 'disk' }]));
	const bo = await world.join('bo');
	expect(bo.content).toEqual({ committed: 1 });
	world.store.full = false;
	await until(() => expect(bo.content).toEqual({ committed: 1, 'under-way': 2 }));
	await ada.settled();
	expect(bo.doc.store.pendingStructs).toBeNull();
});

test('"saved" counts step 2 and update, not step 1, and each socket its own', async () => {
	const world = await startSync();
	const ada = await world.join('ada');
	await until(() => expect(ada.saved).toBe(1));
	for (let answered = 1; answered < 4; answered++) {
		ada.askStepOne();
		await until(() => expect(ada.stepTwos).toHaveLength(answered + 1));
	}
	ada.write('a', 1);
	await until(() => expect(ada.saved).toBe(2));
	const bo = await world.join('bo');
	await until(() => expect(bo.saved).toBe(1));
	for (let i = 0; i < 5; i++) ada.write('a', i);
	await until(() => expect(ada.saved).toBe(7));
	expect(bo.saved).toBe(1);
});

test('a deletion by itself is acknowledged and stored, though no state vector shows it', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	ada.write('a', 1);
	await ada.settled();
	const rows = world.store.rows(BOARD).length;
	ada.edit((doc) => els(doc).delete('a'));
	await ada.settled();
	expect(world.store.rows(BOARD)).toHaveLength(rows + 1);
	const bo = await world.join('bo');
	expect(bo.content).toEqual({});
});

test('a message that says nothing new is acknowledged and makes no row', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	const update = ada.change((doc) => els(doc).set('a', 1));
	ada.send(syncMessage(2, update));
	await ada.settled();
	const rows = world.store.rows(BOARD).length;
	ada.send(syncMessage(2, update));
	ada.send(syncMessage(1, Y.encodeStateAsUpdate(ada.doc)));
	await ada.settled();
	expect(world.store.rows(BOARD)).toHaveLength(rows);
});

/** Two who send these in one tick, of which the row of the first, ada, cannot be written. */
async function oneTickFailing(first: readonly Uint8Array[], second: readonly Uint8Array[]) {
	const world = await startSyncOnMemory();
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	await Promise.all([ada.settled(), bo.settled()]);
	world.store.hold();
	bo.write('under-way', 1);
	await until(() => expect(world.store.heldBack).toBe(1));
	for (const update of first) ada.send(syncMessage(2, update));
	// Both sockets are read in order: their cursors tell that what lies before has been taken.
	ada.present({ p: [0, 0] });
	await until(() => expect(bo.states.size).toBe(1));
	for (const update of second) bo.send(syncMessage(2, update));
	bo.present({ p: [0, 0] });
	await until(() => expect(ada.states.size).toBe(1));
	world.store.failsAlone = ({ author }) => author === 'ada';
	world.store.release();
	expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'disk' });
	await bo.settled();
	expect(bo.heard('refused')).toEqual([]);
	world.store.failsAlone = () => false;
	// What was said to be saved is in the log: a server that knows nothing else shows it.
	const again = await startSync({ store: world.store });
	return { world, reader: await again.join('bo') };
}

test('what two tabs bring of one copy is not saved for one when it is the other’s row that failed', async () => {
	const copy = new Y.Doc();
	copy.getText('t').insert(0, 'offline');
	const update = Y.encodeStateAsUpdate(copy);
	const { world, reader } = await oneTickFailing([update], [update]);
	expect(reader.doc.getText('t').toString()).toBe('offline');
	expect(world.store.rows(BOARD).map(({ author }) => author)).toEqual(['bo', 'bo']);
});

test('what rests on a row that failed is stored together with what it rests on', async () => {
	const copy = new Y.Doc();
	copy.getText('t').insert(0, 'offline');
	const less = Y.encodeStateAsUpdate(copy);
	const vector = Y.encodeStateVector(copy);
	copy.getText('t').insert(7, ' and more');
	const more = Y.encodeStateAsUpdate(copy, vector);
	const beside = new Y.Doc();
	els(beside).set('beside', 1);
	const { world, reader } = await oneTickFailing([less], [less, more, Y.encodeStateAsUpdate(beside)]);
	expect(reader.doc.getText('t').toString()).toBe('offline and more');
	expect(reader.content).toEqual({ 'under-way': 1, beside: 1 });
	expect(reader.doc.store.pendingStructs).toBeNull();
	// And in the room that it came to, where work goes on.
	const ada = await world.join('ada');
	ada.write('later', 1);
	await ada.settled();
	expect(ada.doc.getText('t').toString()).toBe('offline and more');
	expect(ada.heard('refused')).toEqual([]);
});

test('a row of the log is one sender’s updates of one tick, with author and time', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	const bo = await world.join('bo');
	await Promise.all([ada.settled(), bo.settled()]);
	world.store.hold();
	ada.write('first', 0);
	await until(() => expect(world.store.heldBack).toBe(1));
	for (let i = 0; i < 4; i++) ada.write('a', i);
	bo.write('b', 1);
	// Both sockets are read in order: their cursors tell that what lies before has been taken.
	for (const one of [ada, bo]) one.present({ p: [0, 0] });
	await until(() => expect(ada.states.size + bo.states.size).toBeGreaterThanOrEqual(2));
	world.store.release();
	await Promise.all([ada.settled(), bo.settled()]);
	const rows = world.store.rows(BOARD);
	expect(rows.map(({ author }) => author).sort()).toEqual(['ada', 'ada', 'bo']);
	expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
	for (const { at } of rows) expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
});

test('work that was written offline and goes on while the line comes back is taken in any order', async () => {
	const world = await startSync();
	const ada = await world.join('ada', { answers: false });
	// An update that builds on what only the step 2 brings, sent before it: y-websocket does that on a new socket.
	ada.change((doc) => doc.getText('t').insert(0, 'offline '));
	const after = ada.change((doc) => doc.getText('t').insert(8, 'online'));
	ada.send(syncMessage(2, after));
	await until(() => expect(ada.stepOnes).toHaveLength(1));
	ada.send(syncMessage(1, Y.encodeStateAsUpdate(ada.doc, ada.stepOnes[0])));
	await ada.settled();
	expect(ada.heard('refused')).toEqual([]);
	const bo = await world.join('bo');
	expect(bo.doc.getText('t').toString()).toBe('offline online');
});

test('while an update waits for its foundation, "saved" never speaks of it, whatever came after it', async () => {
	const world = await startSync();
	const ada = await world.join('ada', { answers: false });
	const bo = await world.join('bo');
	ada.change((doc) => doc.getText('t').insert(0, 'offline '));
	ada.send(
		syncMessage(
			2,
			ada.change((doc) => doc.getText('t').insert(8, 'online'))
		)
	);
	const independent = new Y.Doc();
	els(independent).set('b', 1);
	ada.send(syncMessage(2, Y.encodeStateAsUpdate(independent)));
	await until(() => expect(bo.content).toEqual({ b: 1 }));
	// A question and its answer: whatever the server had to say before it has been said.
	const answers = ada.stepTwos.length;
	ada.askStepOne();
	await until(() => expect(ada.stepTwos).toHaveLength(answers + 1));
	expect(ada.saved).toBe(0);
	ada.send(syncMessage(1, Y.encodeStateAsUpdate(ada.doc)));
	await until(() => expect(ada.saved).toBe(3));
	expect(bo.doc.getText('t').toString()).toBe('offline online');
});

test('an unmodified client that writes offline, connects and writes on loses nothing', async () => {
	const world = await startSync();
	const doc = new Y.Doc();
	doc.getText('t').insert(0, 'offline ');
	const ada = world.stock('ada', doc);
	// As early as it can send: before the server has asked for anything.
	ada.provider.on('status', ({ status }) => {
		if (status === 'connected') for (const letter of 'online') doc.getText('t').insert(doc.getText('t').length, letter);
	});
	const bo = await world.join('bo');
	await until(() => expect(bo.doc.getText('t').toString()).toBe('offline online'));
	expect(ada.provider.shouldConnect).toBe(true);
});

test('an update whose foundation never comes is refused once the client has said all it has', async () => {
	const world = await startSync();
	const stranger = new Y.Doc();
	stranger.getText('t').insert(0, 'kept to itself ');
	const vector = Y.encodeStateVector(stranger);
	stranger.getText('t').insert(15, 'built on it');
	const ada = await world.join('ada');
	await ada.settled();
	ada.send(syncMessage(2, Y.encodeStateAsUpdate(stranger, vector)));
	await until(() => expect(ada.heard('refused')).toMatchObject([{ n: 2, code: 'wire.malformed' }]));
	await ada.settled();
	// The line goes on, and what is good is taken.
	ada.write('a', 1);
	await ada.settled();
	const bo = await world.join('bo');
	expect(bo.content).toEqual({ a: 1 });
	expect(bo.doc.store.pendingStructs).toBeNull();
});

test('a server started again on the same log shows everything', async () => {
	const first = await startSyncOnMemory();
	const ada = await first.join('ada');
	for (let i = 0; i < 200; i++) ada.write(`k${i % 50}`, i);
	ada.edit((doc) => els(doc).delete('k7'));
	await ada.settled();
	await first.close();
	const second = await startSync({ store: first.store });
	const bo = await second.join('bo');
	expect(bo.content).toEqual(ada.content);
	expect(Object.keys(bo.content)).toHaveLength(49);
});

test('a room that rested and was put away comes back from its checkpoint with everything', async () => {
	const world = await startSyncOnMemory({ limits: { warmMs: 1, warmRooms: 0, checkpointRestRows: 5 } });
	let ada = await world.join('ada');
	for (let round = 0; round < 4; round++) {
		for (let i = 0; i < 10; i++) {
			ada.write(`r${round}i${i}`, i);
			// One row each: the next leaves after the last is kept.
			await ada.settled();
		}
		await ada.close();
		await until(() => expect(world.sync.stats()).toMatchObject({ rooms: 0 }));
		ada = await world.join('ada');
		expect(Object.keys(ada.content)).toHaveLength((round + 1) * 10);
	}
});

test(
	'several clients that write at random and lose their line now and then end equal',
	{ timeout: 60_000 },
	async () => {
		const random = seededChance('random convergence');
		const world = await startSync({ limits: { warmMs: 1, warmRooms: 0, checkpointRestRows: 3 } });
		const stocks = ['ada', 'bo', 'ada'].map((name) => world.stock(name));
		const raws: RawClient[] = [await world.join('ada'), await world.join('bo')];
		const docs = () => [...stocks.map(({ doc }) => doc), ...raws.map(({ doc }) => doc)];
		for (let turn = 0; turn < 300; turn++) {
			const which = Math.floor(random() * 5);
			const act = (doc: Y.Doc) => scribble(doc, random);
			const stock = stocks[which];
			const raw = raws[which - 3];
			if (stock) {
				if (random() < 0.05) stock.provider.disconnect();
				else if (random() < 0.2) stock.provider.connect();
				stock.doc.transact(() => act(stock.doc));
			} else if (raw) {
				if (random() < 0.05) {
					raw.drop();
					// The same document on a new line, as a page does it.
					raws[which - 3] = await world.join(which === 3 ? 'ada' : 'bo', { doc: raw.doc });
				}
				raws[which - 3]?.edit(act);
			}
			if (random() < 0.1) await new Promise(setImmediate);
		}
		for (const { provider } of stocks) provider.connect();
		const reference = await world.join('bo');
		await until(() => {
			for (const doc of docs()) {
				expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(reference.doc));
				same(doc, reference.doc);
				expect(doc.getText('t').toString()).toBe(reference.doc.getText('t').toString());
			}
		});
		for (const raw of raws) await raw.settled();
		const fresh = await world.join('ada');
		same(fresh.doc, reference.doc);
		expect(fresh.doc.getText('t').toString()).toBe(reference.doc.getText('t').toString());
	}
);

function scribble(doc: Y.Doc, random: () => number): void {
	const map = els(doc);
	const text = doc.getText('t');
	const key = `k${Math.floor(random() * 20)}`;
	const roll = random();
	if (roll < 0.4) map.set(key, Math.floor(random() * 1000));
	else if (roll < 0.5) map.delete(key);
	else if (roll < 0.8 || text.length === 0) text.insert(Math.floor(random() * (text.length + 1)), key);
	else text.delete(Math.floor(random() * text.length), 1);
	// An edit that made no update has nothing to send.
	map.set('last', random());
}
