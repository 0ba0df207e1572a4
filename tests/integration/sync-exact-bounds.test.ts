/** Bounds of the sync server, each met and each overstepped by one; sync-bounds has what is large and what goes on for long. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as Y from 'yjs';
import { CLOSE } from '#domain/wire/close-codes';
import { KIND } from '#domain/wire/kinds';
import { DEFAULT_LIMITS } from '#server/sync/limits';
import { awarenessMessage, syncMessage, until } from '../support/sync-client.ts';
import { BOARD, startSync, startSyncOnMemory } from '../support/sync-world.ts';

const noise = (letters: number): string => randomBytes(letters).toString('hex').slice(0, letters);

/** The clock and the timers of the server: it believes that so many seconds went by, one after the other. */
function seconds() {
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
	onTestFinished(() => void vi.useRealTimers());
	const now = performance.now.bind(performance);
	let aheadMs = 0;
	vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
	return (count: number): void => {
		for (let i = 0; i < count; i++) {
			aheadMs += 1_000;
			vi.advanceTimersByTime(1_000);
		}
	};
}

test('a state vector as large as its bound is answered, and one of more clients closes with 4413', async () => {
	const vector = Y.encodeStateVector(new Map(Array.from({ length: 100 }, (_, i) => [1_000 + i, 1])));
	const world = await startSync({ limits: { stateVectorBytes: vector.length } });
	const ada = world.open('ada', { answers: false });
	await ada.opened;
	ada.send(syncMessage(0, vector));
	await until(() => expect(ada.stepTwos).toHaveLength(1));
	ada.send(syncMessage(0, Y.encodeStateVector(new Map(Array.from({ length: 101 }, (_, i) => [1_000 + i, 1])))));
	expect((await ada.closed).code).toBe(CLOSE.tooLarge);
});

test('an awareness message as large as its bound is heard, and one byte more closes with 4413', async () => {
	const client = 77;
	const said = (letters: number) => awarenessMessage([{ client, clock: letters, state: 'x'.repeat(letters) }]);
	const world = await startSync({ limits: { awarenessBytes: said(500).length } });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	ada.send(said(500));
	await until(() => expect(bo.states.get(client)).toBe('x'.repeat(500)));
	ada.send(said(501));
	expect((await ada.closed).code).toBe(CLOSE.tooLarge);
	await until(() => expect(bo.states.get(client)).toBeNull());
});

test('an awareness state as large as its bound is shown, and one byte more is not', async () => {
	const world = await startSync({ limits: { stateBytes: 102 } });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	ada.present('x'.repeat(100));
	await until(() => expect(bo.states.get(ada.doc.clientID)).toBe('x'.repeat(100)));
	ada.present('y'.repeat(101));
	ada.present('z');
	await until(() => expect(bo.states.get(ada.doc.clientID)).toBe('z'));
	expect(bo.statesHeard).toBe(2);
});

test('a document as large as its bound is taken, and what makes it larger is not', async () => {
	const documentOf = (letters: number): Uint8Array => {
		const doc = new Y.Doc();
		doc.clientID = 1_234_567;
		doc.getMap('els').set('a', 'x'.repeat(letters));
		return Y.encodeStateAsUpdate(doc);
	};
	const limits = { documentBytes: documentOf(5_000).length, smallBytes: 0, reserveBytes: 0 };
	const over = await startSyncOnMemory({ limits });
	const ada = await over.join('ada');
	// What stands around the content, two bytes, is no growth of the document.
	ada.send(syncMessage(2, documentOf(5_003)));
	expect(await ada.closed).toEqual({ code: CLOSE.tooLarge, reason: 'full' });
	expect(over.store.rows(BOARD)).toHaveLength(0);
	const at = await startSyncOnMemory({ limits });
	const bo = await at.join('bo');
	bo.send(syncMessage(2, documentOf(5_000)));
	await bo.settled();
	expect(at.store.rows(BOARD)).toHaveLength(1);
});

test('what is held for a step 2 may be as much as a step 2, and what goes beyond closes with 4413', async () => {
	const world = await startSync({ limits: { stepTwoBytes: 4_000 } });
	const ada = await world.join('ada', { answers: false });
	ada.change((doc) => doc.getText('t').insert(0, 'offline'));
	// Each weighs a little more than 1,256 bytes: three are within the bound.
	for (let i = 0; i < 3; i++) ada.edit((doc) => doc.getText('t').insert(7, noise(1_000)));
	const answers = ada.stepTwos.length;
	ada.askStepOne();
	await until(() => expect(ada.stepTwos).toHaveLength(answers + 1));
	expect(ada.socket.readyState).toBe(ada.socket.OPEN);
	ada.edit((doc) => doc.getText('t').insert(7, noise(1_000)));
	expect((await ada.closed).code).toBe(CLOSE.tooLarge);
});

test('of the rooms that nobody is in so many stay warm, and the one that is empty for longest goes', async () => {
	const world = await startSyncOnMemory({ limits: { warmRooms: 2, warmMs: 600_000 } });
	const pass = seconds();
	const boards = ['board-000000a', 'board-000000b', 'board-000000c'];
	const loads = vi.spyOn(world.store, 'load');
	const loaded = (): readonly string[] => loads.mock.calls.map(([doc]) => doc);
	for (const at of boards) {
		world.access.documents.add(at);
		await (await world.join('ada', { at })).close();
		await until(() => expect(world.sync.stats().sockets).toBe(0));
	}
	expect(world.sync.stats().rooms).toBe(3);
	await until(() => {
		pass(1);
		expect(world.sync.stats().rooms).toBe(2);
	});
	loads.mockClear();
	for (const at of [...boards].reverse()) await world.join('ada', { at });
	expect(loaded()).toEqual(['board-000000a']);
});

test('a room stays warm for half a minute, and then it goes', async () => {
	const pass = seconds();
	const world = await startSyncOnMemory();
	await (await world.join('ada')).close();
	await until(() => expect(world.sync.stats().sockets).toBe(0));
	pass(DEFAULT_LIMITS.warmMs / 1_000 - 1);
	expect(world.sync.stats().rooms).toBe(1);
	pass(2);
	expect(world.sync.stats().rooms).toBe(0);
});

test('who says nothing after the upgrade has ten seconds, and not more', async () => {
	const pass = seconds();
	const world = await startSync();
	const mute = world.open('ada');
	await until(() => expect(world.sync.stats().sockets).toBe(1));
	pass(DEFAULT_LIMITS.handshakeMs / 1_000 - 1);
	expect(world.sync.stats().sockets).toBe(1);
	pass(2);
	expect(await mute.closed).toEqual({ code: CLOSE.tryAgain, reason: 'slow' });
});

test('who answers no ping is gone after twelve seconds of silence, and not before', async () => {
	const pass = seconds();
	const world = await startSync();
	const hung = await world.join('ada');
	await hung.settled();
	hung.socket.pause();
	pass(DEFAULT_LIMITS.silentMs / 1_000 - 1);
	expect(world.sync.stats().sockets).toBe(1);
	pass(2);
	await until(() => expect(world.sync.stats().sockets).toBe(0));
});

test('a quiet socket is pinged every five seconds, and reads something at least every twenty-five', async () => {
	const pass = seconds();
	// Seconds go by here before a pong can come.
	const world = await startSync({ limits: { silentMs: 60_000 } });
	const plain = await world.join('ada', { nabij: false });
	let pings = 0;
	plain.socket.on('ping', () => pings++);
	const before = plain.kinds.length;
	for (let fives = 1; fives <= DEFAULT_LIMITS.readableMs / DEFAULT_LIMITS.pingMs; fives++) {
		const pinged = once(plain.socket, 'ping');
		pass(DEFAULT_LIMITS.pingMs / 1_000);
		await pinged;
	}
	expect(pings).toBe(5);
	await until(() => expect(plain.kinds.slice(before)).toContain(KIND.awareness));
	expect(plain.socket.readyState).toBe(plain.socket.OPEN);
});
