import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { KIND } from '#domain/wire/kinds';
import { awarenessMessage, until, type RawClient } from '../support/sync-client.ts';
import { BOARD, startSync } from '../support/sync-world.ts';

test('a socket speaks for its own clientID only, and who it is the server says', async () => {
	const world = await startSync();
	const [ada, bo, vic] = [await world.join('ada'), await world.join('bo'), await world.join('vic')];
	ada.present({ p: [1, 1] });
	await until(() => expect(vic.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
	bo.present({ p: [2, 2] });
	// Another's clientID, and a second one of its own.
	bo.send(
		awarenessMessage([
			{ client: ada.doc.clientID, clock: 99, state: { p: [666, 666] } },
			{ client: 4_242, clock: 1, state: { p: [666, 666] } },
			{ client: ada.doc.clientID, clock: 100, state: null }
		])
	);
	bo.present({ p: [3, 3] });
	await until(() => expect(vic.states.get(bo.doc.clientID)).toEqual({ p: [3, 3] }));
	expect(vic.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] });
	expect(vic.states.has(4_242)).toBe(false);
	const here = Object.assign({}, ...vic.heard('people').map((people) => people.here));
	expect(here[ada.doc.clientID]).toMatchObject({ id: 'ada', role: 'editor' });
	expect(here[bo.doc.clientID]).toMatchObject({ id: 'bo' });
	expect(JSON.stringify([...vic.states])).not.toContain('ada');
});

test('who asks again and again who is here is told once a tick', async () => {
	const world = await startSync();
	const [ada, vic] = [await world.join('ada'), await world.join('vic')];
	ada.present({ p: [1, 1] });
	await until(() => expect(vic.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
	const before = vic.statesHeard;
	vic.states.clear();
	for (let n = 0; n < 1_000; n++) vic.send(Uint8Array.of(KIND.queryAwareness));
	ada.present({ p: [2, 2] });
	await until(() => expect(vic.states.get(ada.doc.clientID)).toEqual({ p: [2, 2] }));
	expect(vic.statesHeard - before).toBeLessThan(100);
});

test('whoever comes later hears of everyone, people first; who leaves is told to be gone', async () => {
	const world = await startSync();
	const ada = await world.join('ada');
	ada.present({ p: [1, 1] });
	const bo = await world.join('bo');
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
	expect(bo.heard('people')[0]?.here[ada.doc.clientID]?.name).toBe('ada');
	expect(bo.kinds.indexOf(10, bo.kinds.indexOf(10) + 1)).toBeLessThan(bo.kinds.indexOf(1));
	ada.drop();
	await until(() => expect(bo.states.get(ada.doc.clientID)).toBeNull());
	expect(bo.heard('people').at(-1)?.gone).toEqual([ada.doc.clientID]);
});

test('a person who comes back before their old socket is known to be dead is seen, and the old one ends nothing', async () => {
	const world = await startSync();
	const bo = await world.join('bo');
	const old = await world.join('ada');
	old.present({ p: [1, 1] });
	await until(() => expect(bo.states.get(old.doc.clientID)).toEqual({ p: [1, 1] }));
	const now = await world.join('ada', { doc: old.doc });
	now.send(awarenessMessage([{ client: old.doc.clientID, clock: 50, state: { p: [2, 2] } }]));
	await until(() => expect(bo.states.get(old.doc.clientID)).toEqual({ p: [2, 2] }));
	old.drop();
	now.send(awarenessMessage([{ client: old.doc.clientID, clock: 51, state: { p: [3, 3] } }]));
	await until(() => expect(bo.states.get(old.doc.clientID)).toEqual({ p: [3, 3] }));
	expect(bo.heard('people').flatMap(({ gone }) => gone)).toEqual([]);
	// Somebody else cannot do that.
	const heard = bo.statesHeard;
	const thief = await world.join('bo');
	thief.send(awarenessMessage([{ client: old.doc.clientID, clock: 99, state: { p: [666, 666] } }]));
	thief.write('the thief', 'was heard');
	await thief.settled();
	bo.present({ p: [9, 9] });
	await until(() => expect(bo.states.get(bo.doc.clientID)).toEqual({ p: [9, 9] }));
	now.send(awarenessMessage([{ client: old.doc.clientID, clock: 52, state: { p: [4, 4] } }]));
	await until(() => expect(bo.states.get(old.doc.clientID)).toEqual({ p: [4, 4] }));
	expect(bo.statesHeard - heard).toBe(2);
});

/** Tries to be seen under a clientID, and says something of its own at the end, so that it is known to have been heard. */
async function squat(thief: RawClient, client: number, watcher: RawClient): Promise<void> {
	thief.send(awarenessMessage([{ client, clock: 99, state: { p: [666, 666] } }]));
	thief.live({ gesture: 66, phase: 0, payload: { do: 'move', ids: [] } });
	thief.present({ p: [1, 1] });
	await until(() => expect(watcher.states.get(thief.doc.clientID)).toEqual({ p: [1, 1] }));
}

/** As whom a client was ever told to know this clientID. */
const knownAs = (watcher: RawClient, client: number): (string | undefined)[] =>
	watcher.heard('people').flatMap(({ here }) => (here[client] ? [here[client].id] : []));

test('the clientID of someone who dropped stays theirs: nobody else is seen by it, and they come back with it', async () => {
	const world = await startSync();
	const vic = await world.join('vic');
	const ada = await world.join('ada');
	const client = ada.doc.clientID;
	ada.present({ p: [0, 0] });
	await until(() => expect(vic.states.get(client)).toEqual({ p: [0, 0] }));
	ada.drop();
	await until(() => expect(vic.states.get(client)).toBeNull());
	await squat(await world.join('bo'), client, vic);
	expect(vic.states.get(client)).toBeNull();
	expect(vic.lives).toEqual([]);
	const again = await world.join('ada', { doc: ada.doc });
	again.send(awarenessMessage([{ client, clock: 2, state: { p: [2, 2] } }]));
	await until(() => expect(vic.states.get(client)).toEqual({ p: [2, 2] }));
	expect(knownAs(vic, client)).toEqual(['ada', 'ada']);
});

test('a clientID that wrote is its author’s, also after the document was let go', async () => {
	const world = await startSync({ limits: { warmMs: 0 } });
	const ada = await world.join('ada');
	const client = ada.doc.clientID;
	ada.write('a', 1);
	await ada.settled();
	ada.drop();
	await until(() => expect(world.sync.stats().rooms).toBe(0));
	const [vic, bo] = [await world.join('vic'), await world.join('bo')];
	// What is asked of the log is still to be answered when it goes on to say something else.
	bo.send(awarenessMessage([{ client, clock: 99, state: { p: [666, 666] } }]));
	await squat(bo, client, vic);
	expect(vic.states.has(client)).toBe(false);
	const again = await world.join('ada', { doc: ada.doc });
	again.present({ p: [2, 2] });
	await until(() => expect(vic.states.get(client)).toEqual({ p: [2, 2] }));
	expect(knownAs(vic, client)).toEqual(['ada']);
});

test('while the log cannot say whose a clientID is, nobody is seen by it', async () => {
	const { join, sync, store } = await startSync({ limits: { warmMs: 0 } });
	const ada = await join('ada');
	ada.write('a', 1);
	await ada.settled();
	ada.drop();
	await until(() => expect(sync.stats().rooms).toBe(0));
	const [vic, bo] = [await join('vic'), await join('bo', { doc: new Y.Doc() })];
	const since = vi.spyOn(store, 'since').mockRejectedValue(new Error('the log is away'));
	bo.send(awarenessMessage([{ client: ada.doc.clientID, clock: 99, state: {} }]));
	await until(() => expect(since).toHaveBeenCalledWith(BOARD, 0, expect.anything()));
	since.mockRestore();
	await squat(bo, ada.doc.clientID, vic);
	expect(vic.states.has(ada.doc.clientID)).toBe(false);
});

test('unmodified clients see each other’s cursors, and their echoes reach nobody', async () => {
	const world = await startSync();
	const stocks = [world.stock('ada'), world.stock('bo'), world.stock('ada')];
	const watcher = await world.join('vic');
	await until(() => expect(stocks.every(({ provider }) => provider.synced)).toBe(true));
	// y-protocols itself takes no state at clock 0, so everyone has to move once.
	for (const { provider } of stocks) provider.awareness.setLocalStateField('p', [0, 0]);
	await until(() => expect(stocks[1]?.provider.awareness.getStates().size).toBe(3));
	await until(() => expect(watcher.states.size).toBe(3));
	const mover = stocks[0];
	const echoed = stocks[1]?.awarenessSent() ?? 0;
	const heard = watcher.statesHeard;
	for (let i = 1; i <= 20; i++) {
		mover?.provider.awareness.setLocalStateField('p', [i, i]);
		await until(() =>
			expect(stocks[1]?.provider.awareness.getStates().get(mover?.doc.clientID ?? 0)).toMatchObject({ p: [i, i] })
		);
	}
	await until(() => expect(watcher.states.get(mover?.doc.clientID ?? 0)).toMatchObject({ p: [20, 20] }));
	// The stock client repeats to the server what it heard; the server repeats none of it.
	expect((stocks[1]?.awarenessSent() ?? 0) - echoed).toBeGreaterThan(0);
	expect(watcher.statesHeard - heard).toBe(20);
	mover?.provider.disconnect();
	await until(() => expect(stocks[1]?.provider.awareness.getStates().size).toBe(2));
});

test('many moves between two ticks are told as one, the newest', async () => {
	const world = await startSync({ limits: { awarenessTickMs: 200 } });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	ada.present({ p: [0, 0] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [0, 0] }));
	for (let i = 1; i <= 50; i++) ada.present({ p: [i, i] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [50, 50] }));
	expect(bo.statesHeard).toBeLessThan(5);
});

test('a state above its bound, counted in bytes, is dropped and the socket stays', async () => {
	const world = await startSync({ limits: { stateBytes: 100 } });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	ada.present({ p: [1, 1] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
	for (const much of ['x'.repeat(200), '€'.repeat(60)]) {
		ada.present({ p: much });
		ada.write('much', much);
		await ada.settled();
		// Whatever was to be told of ada is told by then.
		bo.present({ p: much.length });
		await until(() => expect(ada.states.get(bo.doc.clientID)).toEqual({ p: much.length }));
		expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] });
	}
});

test('a gesture goes to everyone else in order, none of it left out, and never to plain clients', async () => {
	const world = await startSync();
	const [ada, bo, plain] = [await world.join('ada'), await world.join('bo'), await world.join('vic', { nabij: false })];
	ada.present({});
	ada.live({ gesture: 1, phase: 0, payload: { do: 'move', ids: ['e'] } });
	for (let i = 0; i < 100; i++) ada.live({ gesture: 1, phase: 1, payload: [i, i] });
	ada.live({ gesture: 1, phase: 2, payload: { kept: true } });
	await until(() => expect(bo.lives).toHaveLength(102));
	const client = ada.doc.clientID;
	expect(bo.lives[0]).toEqual({ client, gesture: 1, phase: 0, payload: { do: 'move', ids: ['e'] } });
	expect(bo.lives.slice(1, 101).map(({ payload }) => payload)).toEqual(Array.from({ length: 100 }, (_, i) => [i, i]));
	expect(bo.lives[101]).toEqual({ client, gesture: 1, phase: 2, payload: { kept: true } });
	expect(ada.lives).toEqual([]);
	expect(plain.kinds).not.toContain(11);
});

test('a gesture ends with its socket; one without a begin, of a reader, or of nobody goes nowhere', async () => {
	const world = await startSync({ limits: { gestures: 2 } });
	const [ada, bo, vic] = [await world.join('ada'), await world.join('bo'), await world.join('vic')];
	const nobody = await world.join('ada');
	nobody.live({ gesture: 1, phase: 0, payload: {} });
	vic.present({});
	vic.live({ gesture: 1, phase: 0, payload: {} });
	ada.present({});
	ada.live({ gesture: 9, phase: 1, payload: [1, 1] });
	ada.live({ gesture: 9, phase: 2, payload: { kept: true } });
	for (const gesture of [1, 2, 3]) ada.live({ gesture, phase: 0, payload: { do: 'move', ids: [] } });
	await until(() => expect(bo.lives).toHaveLength(2));
	ada.drop();
	await until(() => expect(bo.lives).toHaveLength(4));
	const client = ada.doc.clientID;
	expect(bo.lives.slice(0, 2).map(({ gesture, phase }) => [gesture, phase])).toEqual([
		[1, 0],
		[2, 0]
	]);
	expect(bo.lives.slice(2)).toEqual([
		{ client, gesture: 1, phase: 2, payload: { kept: false } },
		{ client, gesture: 2, phase: 2, payload: { kept: false } }
	]);
});
