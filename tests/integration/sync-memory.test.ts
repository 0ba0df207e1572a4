import { expect, test, vi } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import type { Bus } from '#server/ports/bus';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { awarenessMessage, until } from '../support/sync-client.ts';
import { BOARD, startSync, startSyncOnMemory, type SyncWorld } from '../support/sync-world.ts';

/** A bus that counts who listens. */
function countingBus() {
	const bus = createMemoryBus();
	const listening = new Map<string, number>();
	const count = (topic: string, by: number): void => {
		const now = (listening.get(topic) ?? 0) + by;
		if (now === 0) listening.delete(topic);
		else listening.set(topic, now);
	};
	const counting: Bus = {
		...bus,
		async subscribe(topic, onMessage) {
			const stop = await bus.subscribe(topic, onMessage);
			count(topic, 1);
			return () => {
				count(topic, -1);
				stop();
			};
		},
		onGap(listener) {
			const stop = bus.onGap(listener);
			count('gap', 1);
			return () => {
				count('gap', -1);
				stop();
			};
		}
	};
	return { bus: counting, listening };
}

test('a document that nobody is at any more is let go, and nothing of it listens', async () => {
	const { bus, listening } = countingBus();
	const world = await startSync({ bus, limits: { warmMs: 0 } });
	const before = new Map(listening);
	for (let round = 0; round < 3; round++) {
		const clients = [await world.join('ada'), await world.join('bo'), await world.join('vic')];
		expect(listening.size).toBe(before.size + 1);
		for (const client of clients) client.present({ p: [round, 0] });
		clients[0]?.live({ gesture: 1, phase: 0, payload: {} });
		clients[0]?.write('round', round);
		await clients[0]?.settled();
		clients[0]?.drop();
		await clients[1]?.close();
		clients[2]?.drop();
		await until(() => expect(world.sync.stats()).toMatchObject({ rooms: 0, sockets: 0 }));
		expect(listening).toEqual(before);
	}
});

test('a document that cannot be read is let go, and nothing of it listens', async () => {
	const { bus, listening } = countingBus();
	const world = await startSync({ bus });
	const before = new Map(listening);
	world.store.load = async () => {
		throw new Error('the log is away');
	};
	const ada = world.open('ada');
	expect(await ada.closed).toMatchObject({ code: 4503, reason: 'disk' });
	expect(world.sync.stats()).toMatchObject({ rooms: 0, sockets: 0 });
	expect(listening).toEqual(before);
});

test('after a close nothing listens', async () => {
	const { bus, listening } = countingBus();
	const world = await startSync({ bus });
	await world.join('ada');
	expect(listening.size).toBeGreaterThan(0);
	await world.close();
	expect(listening.size).toBe(0);
	expect(world.sync.stats()).toMatchObject({ rooms: 0, sockets: 0 });
});

/** Every document is let go at the next pulse unless it is needed in that moment. */
const NO_ROOM = { documentsHeapBytes: 0, leastDocuments: 0, documentRestMs: 0 };
const allLetGo = (world: Pick<SyncWorld, 'sync'>): Promise<unknown> =>
	until(() => expect(world.sync.stats().documents).toBe(0));

test('a document is let go though people are at it, and is back for whoever writes, comes or asks', async () => {
	const world = await startSyncOnMemory({ limits: NO_ROOM });
	const ada = await world.join('ada');
	const bo = await world.join('bo');
	ada.write('before', 1);
	await until(() => expect(bo.content).toEqual({ before: 1 }));
	await allLetGo(world);
	const asked = ada.stepOnes.length;
	// Who is here is told without it.
	ada.present({ p: [1, 1] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));

	bo.write('after', 2);
	await until(() => expect(ada.content).toEqual({ before: 1, after: 2 }));
	await bo.settled();
	await allLetGo(world);
	const vic = await world.join('vic');
	expect(vic.content).toEqual({ before: 1, after: 2 });
	await allLetGo(world);
	const late = await world.join('ada');
	late.write('late', 3);
	await late.settled();
	await until(() => expect([ada.content, bo.content, vic.content]).toEqual(Array(3).fill(late.content)));
	expect(ada.stepOnes.length, 'nobody is asked again for what they have said').toBe(asked);
	expect(world.sync.stats()).toMatchObject({ rooms: 1, sockets: 4 });
});

test('who wrote with a clientID is known also while the document is let go', async () => {
	const world = await startSyncOnMemory({ limits: NO_ROOM });
	const ada = await world.join('ada');
	ada.write('mine', 1);
	await ada.settled();
	ada.drop();
	const vic = await world.join('vic');
	await allLetGo(world);
	const bo = await world.join('bo');
	await bo.settled();
	await allLetGo(world);
	bo.send(awarenessMessage([{ client: ada.doc.clientID, clock: 9, state: { p: [0, 0] } }]));
	bo.present({ p: [1, 1] });
	await until(() => expect(vic.states.get(bo.doc.clientID)).toEqual({ p: [1, 1] }));
	expect(vic.states.has(ada.doc.clientID)).toBe(false);
});

test('what another node writes wakes a document that was let go, also when its message is lost', async () => {
	const store = new MemoryDocumentStore();
	const bus = createMemoryBus();
	let lost = false;
	const lossy: Bus = {
		...bus,
		subscribe: (topic, hear) =>
			bus.subscribe(topic, (message) => (lost && topic === `doc:${BOARD}` ? undefined : hear(message)))
	};
	const here = await startSyncOnMemory({ store, bus: lossy, limits: { ...NO_ROOM, beatMs: 50 } });
	const there = await startSyncOnMemory({ store, bus, limits: { beatMs: 50 } });
	const ada = await here.join('ada');
	const bo = await there.join('bo');
	await ada.settled();
	await allLetGo(here);
	bo.write('heard', 1);
	await until(() => expect(ada.content).toEqual({ heard: 1 }));
	await allLetGo(here);
	lost = true;
	bo.write('missed', 2);
	await bo.settled();
	lost = false;
	await until(() => expect(ada.content).toEqual({ heard: 1, missed: 2 }));
});

test('no document is let go during a commit, and none that was let go holds what is not durable', async () => {
	const world = await startSyncOnMemory({ limits: NO_ROOM });
	const ada = await world.join('ada');
	await ada.settled();
	world.store.hold();
	ada.write('held', 1);
	await until(() => expect(world.store.heldBack).toBe(1));
	const bo = world.open('bo');
	await bo.opened;
	bo.askStepOne();
	// The other one is let go meanwhile, and not this one.
	world.access.documents.add('board-0000002');
	const loads = vi.spyOn(world.store, 'load');
	await world.join('vic', { at: 'board-0000002' });
	expect(loads.mock.calls).toEqual([['board-0000002']]);
	await until(() => expect(world.sync.stats().documents).toBe(1));
	expect(bo.stepTwos).toEqual([]);
	world.store.release();
	await ada.settled();
	await until(() => expect(bo.content).toEqual({ held: 1 }));
	await allLetGo(world);
	expect((await world.join('vic')).content).toEqual({ held: 1 });
});

test('a document counts for what it has become, also when nobody asks for it again', async () => {
	const limits = { documentsHeapBytes: 100_000, leastDocuments: 0, documentRestMs: 0 };
	const world = await startSyncOnMemory({ limits });
	const ada = await world.join('ada');
	ada.write('small', 1);
	await ada.settled();
	await until(() => expect(world.sync.stats().documents).toBe(1));
	ada.write('large', 'x'.repeat(10_000));
	await ada.settled();
	await allLetGo(world);
});

test('who comes and brings nothing is answered without the document, and a lone deletion is more than nothing', async () => {
	const store = new MemoryDocumentStore();
	const before = await startSyncOnMemory({ store });
	const ada = await before.join('ada');
	for (const key of ['kept', 'gone', 'going']) ada.write(key, key);
	ada.edit((doc) => doc.getMap('els').delete('gone'));
	await ada.settled();
	await before.close();

	const world = await startSyncOnMemory({ store });
	const vic = await world.join('vic');
	const bo = await world.join('bo');
	await until(() => expect(bo.saved, 'its step 2 is dealt with').toBe(1));
	bo.present({ p: [1, 1] });
	await until(() => expect(vic.states.get(bo.doc.clientID)).toEqual({ p: [1, 1] }));
	expect([vic.content, bo.content]).toEqual(Array(2).fill(ada.content));
	expect(world.sync.stats()).toMatchObject({ rooms: 1, sockets: 2, documents: 0 });

	bo.drop();
	const back = world.open('bo', { doc: bo.doc });
	bo.change((doc) => doc.getMap('els').delete('going'));
	await back.join();
	await until(() => expect(vic.content).toEqual({ kept: 'kept' }));
	expect((await world.join('vic')).content).toEqual({ kept: 'kept' });
});

test('a document that cannot be read when somebody writes is tried again, and its writer is told', async () => {
	const world = await startSyncOnMemory({ limits: { ...NO_ROOM, retryFirstMs: 1, retryMaxMs: 1 } });
	const ada = await world.join('ada');
	const vic = await world.join('vic');
	await ada.settled();
	await allLetGo(world);
	const load = vi.spyOn(world.store, 'load').mockRejectedValue(new Error('the log is away'));
	ada.write('late', 1);
	await until(() => expect(ada.heard('storage')).toMatchObject([{ state: 'disk' }]));
	const bo = world.open('bo');
	await until(() => expect(bo.heard('storage'), 'who comes meanwhile is told too').toMatchObject([{ state: 'disk' }]));
	expect(vic.content).toEqual({});
	load.mockRestore();
	await ada.settled();
	await until(() => expect(vic.content).toEqual({ late: 1 }));
	expect(ada.heard('storage')).toMatchObject([{ state: 'disk' }, { state: 'ok' }]);
});

test('a document that is let go leaves a checkpoint where there is much to read again', async () => {
	const world = await startSyncOnMemory({ limits: { ...NO_ROOM, checkpointRestRows: 3 } });
	const ada = await world.join('ada');
	for (let row = 0; row < 3; row++) {
		ada.write('row', row);
		await ada.settled();
	}
	await allLetGo(world);
	await until(async () => expect((await world.store.load(BOARD)).updates).toHaveLength(1));
	ada.write('row', 3);
	await ada.settled();
	await allLetGo(world);
	expect((await world.store.load(BOARD)).updates).toHaveLength(2);
});

test('a part that throws at its beat stops nobody else’s', async () => {
	const bus = createMemoryBus();
	const beats: string[] = [];
	let broken = false;
	const breaking: Bus = {
		...bus,
		publish(topic, message) {
			if (broken) beats.push(topic);
			if (broken && topic === 'whereabouts') throw new Error('a bug');
			bus.publish(topic, message);
		}
	};
	const world = await startSync({ bus: breaking, limits: { beatMs: 1 } });
	await (await world.join('ada')).settled();
	// Who came in is told by now.
	await new Promise(setImmediate);
	broken = true;
	await until(() => expect(beats).toEqual(expect.arrayContaining(['whereabouts', `doc:${BOARD}`])));
	broken = false;
});
