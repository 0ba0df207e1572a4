import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { createMemoryBus } from '#server/adapters/memory/bus';
import type { Bus } from '#server/ports/bus';
import { readBusMessage } from '#server/sync/bus-messages';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { seededChance } from '../support/killed-process.ts';
import { awarenessMessage, until, type RawClient } from '../support/sync-client.ts';
import { BOARD, SaidAccess, startSync } from '../support/sync-world.ts';

/** A bus that loses messages as a test says. */
function lossyBus(loses: (topic: string, message: Uint8Array) => boolean): Bus {
	const bus = createMemoryBus();
	return { ...bus, publish: (topic, message) => (loses(topic, message) ? undefined : bus.publish(topic, message)) };
}

/** Two servers on one log and one bus, as two nodes of one installation. */
async function twoNodes({ bus = createMemoryBus(), limits = {} }: { bus?: Bus; limits?: object } = {}) {
	const access = new SaidAccess();
	for (const name of ['ada', 'bo']) access.let(name);
	access.let('vic', { role: 'viewer' });
	const shared = { store: new MemoryDocumentStore(), bus, access, limits: { beatMs: 1_000, ...limits } };
	return { one: await startSync(shared), other: await startSync(shared), ...shared };
}

test('people at two nodes write on one document, see each other and each other’s gestures', async () => {
	const { one, other } = await twoNodes();
	const ada = await one.join('ada');
	const bo = await other.join('bo');
	ada.write('a', 1);
	bo.write('b', 2);
	await until(() => expect([ada.content, bo.content]).toEqual(Array(2).fill({ a: 1, b: 2 })));

	ada.present({ p: [3, 4] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [3, 4] }));
	expect(bo.heard('people').at(-1)?.here[ada.doc.clientID]?.id).toBe('ada');
	ada.live({ gesture: 7, phase: 0, payload: { do: 'move', ids: ['a'] } });
	ada.live({ gesture: 7, phase: 1, payload: [5, 5] });
	await until(() =>
		expect(bo.lives.map(({ client, phase }) => [client, phase])).toEqual([
			[ada.doc.clientID, 0],
			[ada.doc.clientID, 1]
		])
	);

	// Someone who comes later to the other node hears of who is at the first.
	const vic = await other.join('vic');
	await until(() => expect(vic.states.get(ada.doc.clientID)).toEqual({ p: [3, 4] }));
	await until(() => expect(one.sync.peopleAt(BOARD).map(({ id }) => id)).toEqual(['ada', 'bo', 'vic']));

	ada.drop();
	await until(() => expect(bo.states.get(ada.doc.clientID)).toBeNull());
	expect(bo.heard('people').at(-1)?.gone).toEqual([ada.doc.clientID]);
	expect(bo.lives.at(-1)).toMatchObject({ client: ada.doc.clientID, gesture: 7, phase: 2, payload: { kept: false } });
	await until(() => expect(other.sync.peopleAt(BOARD).map(({ id }) => id)).toEqual(['bo', 'vic']));
});

test('a clientID stays with its person at every node, also at one that has the document only since they are gone', async () => {
	const { one, other, ...shared } = await twoNodes();
	const ada = await one.join('ada');
	const client = ada.doc.clientID;
	const [here, there] = [await one.join('vic'), await other.join('vic')];
	ada.present({ p: [0, 0] });
	await until(() => expect(there.states.get(client)).toEqual({ p: [0, 0] }));
	ada.drop();
	await until(() => expect(there.states.get(client)).toBeNull());
	const late = await startSync(shared);
	for (const node of [other, late]) {
		const thief = await node.join('bo');
		thief.send(awarenessMessage([{ client, clock: 99, state: { p: [666, 666] } }]));
		thief.present({ p: [1, 1] });
		await until(() => expect(here.states.get(thief.doc.clientID)).toEqual({ p: [1, 1] }));
	}
	for (const watcher of [here, there]) {
		expect(watcher.states.get(client)).toBeNull();
		expect(watcher.heard('people').flatMap((people) => people.here[client]?.id ?? [])).toEqual(['ada']);
	}
});

test('a node that missed whose a clientID is learns it, and takes back whom it showed', async () => {
	let lost = true;
	const bus = lossyBus((topic) => lost && topic.startsWith('doc:'));
	const { one, other } = await twoNodes({ bus });
	const ada = await one.join('ada');
	const client = ada.doc.clientID;
	const [here, there] = [await one.join('vic'), await other.join('vic')];
	ada.present({ p: [0, 0] });
	await until(() => expect(here.states.get(client)).toEqual({ p: [0, 0] }));
	ada.drop();
	await until(() => expect(here.states.get(client)).toBeNull());
	const thief = await other.join('bo');
	thief.send(awarenessMessage([{ client, clock: 99, state: { p: [666, 666] } }]));
	await until(() => expect(there.states.get(client)).toEqual({ p: [666, 666] }));
	lost = false;
	// With the next beat they hear of each other.
	await until(() => expect(there.states.get(client)).toBeNull());
	expect(here.states.get(client)).toBeNull();
});

test('a gesture ends for everyone when its person comes back by another node', async () => {
	const { one, other } = await twoNodes();
	const [ada, bo] = [await one.join('ada'), await one.join('bo')];
	const client = ada.doc.clientID;
	ada.present({});
	ada.live({ gesture: 7, phase: 0, payload: { do: 'move', ids: ['a'] } });
	await until(() => expect(bo.lives).toHaveLength(1));
	const again = await other.join('ada', { doc: ada.doc });
	again.send(awarenessMessage([{ client, clock: 50, state: {} }]));
	await until(() => expect(bo.lives.at(-1)).toEqual({ client, gesture: 7, phase: 2, payload: { kept: false } }));
});

test('a gesture of someone whom the other node never heard of ends there when no more is heard of it', async () => {
	const bus = lossyBus((topic, message) => topic.startsWith('doc:') && readBusMessage(message)?.is === 'presence');
	const { one, other } = await twoNodes({ bus, limits: { beatMs: 200, nodeSilentMs: 500 } });
	const [ada, bo] = [await one.join('ada'), await other.join('bo')];
	const client = ada.doc.clientID;
	ada.present({});
	ada.live({ gesture: 7, phase: 0, payload: { do: 'move', ids: ['a'] } });
	await until(() => expect(bo.lives).toHaveLength(1));
	ada.drop();
	await until(() => expect(bo.lives.at(-1)).toEqual({ client, gesture: 7, phase: 2, payload: { kept: false } }));
});

test('who somebody is arrives before the gesture that they make right behind their first awareness', async () => {
	const { one, other } = await twoNodes({ limits: { awarenessTickMs: 1_000 } });
	const [ada, here, there] = [await one.join('ada'), await one.join('bo'), await other.join('bo')];
	here.present({});
	await until(() => expect(there.states.has(here.doc.clientID)).toBe(true));
	/** Who was known when the gesture came. */
	const known = new Map<RawClient, readonly string[]>();
	for (const client of [here, there]) {
		client.socket.on('message', () => {
			if (client.lives.length === 0 || known.has(client)) return;
			known.set(
				client,
				client.heard('people').flatMap((people) => people.here[ada.doc.clientID]?.id ?? [])
			);
		});
	}
	ada.present({});
	ada.live({ gesture: 7, phase: 0, payload: { do: 'move', ids: ['a'] } });
	await until(() => expect([...known.values()]).toEqual([['ada'], ['ada']]));
});

test('a revocation reaches the sockets of every node', async () => {
	const { one, other, access } = await twoNodes();
	const here = await one.join('ada');
	const there = await other.join('ada');
	access.say('ada', 'ended');
	one.announce({ kind: 'person', person: 'ada' });
	expect((await here.closed).code).toBe(4401);
	expect((await there.closed).code).toBe(4401);
});

test('a row whose message was lost is read from the log when the next one leaves a hole', async () => {
	let lost = true;
	const bus = lossyBus((topic) => lost && topic.startsWith('doc:'));
	// No beat, which would tell of it too.
	const { one, other } = await twoNodes({ bus, limits: { beatMs: 1_000_000 } });
	const ada = await one.join('ada');
	const bo = await other.join('bo');
	ada.write('first', 1);
	ada.write('second', 2);
	await ada.settled();
	lost = false;
	ada.write('third', 3);
	await until(() => expect(bo.content).toEqual({ first: 1, second: 2, third: 3 }));
});

test('a row whose message was lost is read from the log at the next beat when nothing follows', async () => {
	let lost = true;
	const { one, other } = await twoNodes({ bus: lossyBus((topic) => lost && topic.startsWith('doc:')) });
	const ada = await one.join('ada');
	const bo = await other.join('bo');
	ada.write('last', 4);
	await ada.settled();
	lost = false;
	await until(() => expect(bo.content['last']).toBe(4));
});

test('a node that falls silent takes its people along', async () => {
	let dead = false;
	const bus = createMemoryBus();
	const access = new SaidAccess();
	for (const name of ['ada', 'bo']) access.let(name);
	const shared = { store: new MemoryDocumentStore(), access, limits: { beatMs: 200, nodeSilentMs: 500 } };
	const dying = {
		...bus,
		publish: (topic: string, message: Uint8Array) => (dead ? undefined : bus.publish(topic, message))
	};
	const one = await startSync({ ...shared, bus: dying });
	const other = await startSync({ ...shared, bus });
	const ada = await one.join('ada');
	const bo = await other.join('bo');
	ada.present({ p: [1, 1] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
	dead = true;
	await until(() => expect(bo.states.get(ada.doc.clientID)).toBeNull());
	await until(() => expect(other.sync.peopleAt(BOARD).map(({ id }) => id)).toEqual(['bo']));
});

test('writers at two nodes whose messages get lost now and then end equal', async () => {
	const chance = seededChance('two nodes');
	let lossy = true;
	const { one, other, store } = await twoNodes({ bus: lossyBus(() => lossy && chance() < 0.2) });
	const writers = [await one.join('ada'), await other.join('bo'), await one.join('bo'), await other.join('ada')];
	for (let round = 0; round < 300; round++) {
		const writer = writers[Math.floor(chance() * writers.length)];
		const key = `k${Math.floor(chance() * 20)}`;
		if (chance() < 0.8) writer?.write(key, round);
		else if (writer?.doc.getMap('els').has(key)) writer.edit((doc) => doc.getMap('els').delete(key));
		if (chance() < 0.2) await new Promise(setImmediate);
	}
	lossy = false;
	await Promise.all(writers.map((writer) => writer.settled()));
	const truth = new Y.Doc();
	for (const { update } of store.rows(BOARD)) Y.applyUpdate(truth, update);
	await until(() => {
		for (const { content } of writers) expect(content).toEqual(truth.getMap('els').toJSON());
	});
	expect(store.rows(BOARD).map(({ seq }) => seq)).toEqual(store.rows(BOARD).map((_, index) => index + 1));
});
