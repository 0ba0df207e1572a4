import { once } from 'node:events';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { CLOSE } from '#domain/wire/close-codes';
import { KIND } from '#domain/wire/kinds';
import { encodeLive, LIVE_MAX_BYTES, type LiveMessage } from '#domain/wire/live';
import { frame } from '../support/hostile-frames.ts';
import { silent } from '../support/records.ts';
import { awarenessMessage, syncMessage, until, type RawClient } from '../support/sync-client.ts';
import { BOARD, startSync, startSyncOnMemory } from '../support/sync-world.ts';

/** A value that no compression and no merging makes smaller. */
const noise = (bytes: number): string => randomBytes(Math.ceil(bytes / 2)).toString('hex');

/** Stops reading from its socket, as a page in a suspended tab does. */
function stopReading(client: RawClient): void {
	client.socket.pause();
}

test('an update, a step 2, a document and an awareness message above their bound close with 4413 and change nothing', async () => {
	const limits = {
		updateBytes: 2_000,
		stepTwoBytes: 5_000,
		documentBytes: 8_000,
		reserveBytes: 0,
		awarenessBytes: 1_000
	};
	const { join, store } = await startSyncOnMemory({ limits });
	const large = async (send: (client: RawClient) => void): Promise<void> => {
		const client = await join('ada');
		send(client);
		expect((await client.closed).code).toBe(CLOSE.tooLarge);
	};
	await large((client) => client.write('too', noise(3_000)));
	await large((client) =>
		client.send(
			syncMessage(
				1,
				client.change((doc) => doc.getMap('els').set('too', noise(4_990)))
			)
		)
	);
	// Above what the socket takes at all, so that it is not even read to its end.
	await large((client) =>
		client.send(
			syncMessage(
				1,
				client.change((doc) => doc.getMap('els').set('too', noise(50_000)))
			)
		)
	);
	await large((client) => client.present(noise(2_000)));
	expect(store.rows(BOARD)).toHaveLength(0);
	const bo = await join('bo');
	for (let i = 0; i < 4; i++) bo.write(`part${i}`, noise(1_800));
	await bo.settled();
	await large((client) => client.write('one more', noise(1_800)));
	expect(store.rows(BOARD).length).toBeGreaterThan(0);
	expect(Object.keys((await join('vic')).content)).toHaveLength(4);
});

/** An update of exactly so many bytes. */
function updateOf(bytes: number): Uint8Array {
	const made = (letters: number): Uint8Array => {
		const doc = new Y.Doc();
		doc.clientID = 1_000_000 + bytes;
		doc.getMap('els').set('a', 'x'.repeat(letters));
		return Y.encodeStateAsUpdate(doc);
	};
	const update = made(bytes - (made(bytes).length - bytes));
	expect(update).toHaveLength(bytes);
	return update;
}

test('a full document still takes small changes up to its reserve, and whatever only deletes', async () => {
	const limits = { documentBytes: 20_000, smallBytes: 1_000, reserveBytes: 2_000 };
	const { join } = await startSyncOnMemory({ limits });
	const ada = await join('ada');
	for (let i = 0; i < 10; i++) ada.write(`part${i}`, noise(1_950));
	await ada.settled();
	const bo = await join('bo');
	bo.write('large', noise(1_100));
	expect(await bo.closed).toMatchObject({ code: CLOSE.tooLarge, reason: 'full' });
	for (let i = 0; i < 3; i++) ada.write(`small${i}`, noise(700));
	await ada.settled();
	expect(Object.keys((await join('vic')).content)).toHaveLength(13);
	// The reserve is not without end.
	const again = await join('bo');
	again.write('one more', noise(900));
	expect(await again.closed).toMatchObject({ code: CLOSE.tooLarge, reason: 'full' });
	ada.edit((doc) => doc.getMap('els').clear());
	await ada.settled();
	ada.write('room again', noise(1_100));
	await ada.settled();
	expect(Object.keys((await join('vic')).content)).toEqual(['room again']);
});

test('what is as large as its bound is taken, and one byte more is not', async () => {
	const world = await startSync({ limits: { updateBytes: 3_000, stepTwoBytes: 6_000 } });
	const bounds = [
		[2, 3_000],
		[1, 6_000]
	] as const;
	for (const [step, bound] of bounds) {
		const within = await world.join('ada');
		await within.settled();
		within.send(syncMessage(step, updateOf(bound)));
		await within.settled();
		expect(within.heard('refused')).toEqual([]);
		const over = await world.join('ada', { answers: false });
		over.send(syncMessage(step, updateOf(bound + 1)));
		expect((await over.closed).code).toBe(CLOSE.tooLarge);
	}
	const bo = await world.join('bo');
	expect(bo.content['a']).toMatch(/^x+$/);
});

test('a gesture message as large as its bound is passed on, and one byte more closes with 4413', async () => {
	const world = await startSync();
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	ada.present({});
	const gesture = (phase: 0 | 1, bytes: number): LiveMessage => {
		const letters = bytes - encodeLive({ gesture: 1, phase, payload: 'x'.repeat(bytes) }).length + bytes;
		const message: LiveMessage = { gesture: 1, phase, payload: 'x'.repeat(letters) };
		expect(encodeLive(message)).toHaveLength(bytes);
		return message;
	};
	ada.live(gesture(0, LIVE_MAX_BYTES));
	await until(() => expect(bo.lives).toHaveLength(1));
	ada.live(gesture(1, LIVE_MAX_BYTES + 1));
	expect((await ada.closed).code).toBe(CLOSE.tooLarge);
	await until(() => expect(bo.lives.map(({ phase }) => phase)).toEqual([0, 2]));
});

test('malformed messages close with 4400', async () => {
	const world = await startSync();
	const messages: (Uint8Array | string)[] = [
		'words',
		Uint8Array.of(),
		Uint8Array.of(KIND.saved, 1),
		Uint8Array.of(KIND.control, 0),
		Uint8Array.of(KIND.sync, 3, 0),
		Uint8Array.of(KIND.sync, 2, 200, 1),
		// A length that reaches past the message into the memory that it lies in.
		Uint8Array.of(KIND.sync, 2, 120, 0, 0),
		Uint8Array.of(...syncMessage(2, Uint8Array.of(0, 0)), 0),
		Uint8Array.of(KIND.awareness, 3, 1, 1, 1),
		awarenessMessage([{ client: 1, clock: 1, state: { p: null } }]).slice(0, -1),
		Uint8Array.of(KIND.live, 1, 9, 127),
		syncMessage(0, Uint8Array.of(5, 1))
	];
	for (const message of messages) {
		const client = await world.join('ada');
		client.socket.send(message);
		expect((await client.closed).code, String(message)).toBe(CLOSE.malformed);
	}
});

test('a fault of the server is no fault of the message: it is logged once, and the client told to try again', async () => {
	const bus = createMemoryBus();
	const world = await startSync({ bus });
	const [ada, bo] = [await world.join('ada'), await world.join('bo')];
	ada.present({});
	await until(() => expect(bo.states.has(ada.doc.clientID)).toBe(true));
	const logged = vi.spyOn(silent, 'error');
	onTestFinished(() => logged.mockRestore());
	const fault = new Error('the bus is at fault');
	vi.spyOn(bus, 'publish').mockImplementationOnce(() => {
		throw fault;
	});
	ada.live({ gesture: 1, phase: 0, payload: {} });
	ada.live({ gesture: 1, phase: 1, payload: {} });
	expect((await ada.closed).code).toBe(CLOSE.tryAgain);
	expect(logged.mock.calls.map(([context]) => context)).toEqual([expect.objectContaining({ err: fault })]);
	bo.write('still', 'here');
	await bo.settled();
});

test('a refused update is told by its number and closes the plain client with 4400', async () => {
	const { join, store } = await startSyncOnMemory();
	const ada = await join('ada');
	ada.write('good', 1);
	ada.send(syncMessage(2, Uint8Array.of(1, 2, 3)));
	ada.write('good too', 2);
	await ada.settled();
	const own = ada.heard('refused');
	expect(own).toEqual([{ type: 'refused', n: ada.sent - 1, code: 'wire.malformed' }]);
	const plain = await join('bo', { nabij: false });
	plain.send(syncMessage(2, Uint8Array.of(1, 2, 3)));
	expect((await plain.closed).code).toBe(CLOSE.malformed);
	expect(plain.content).toEqual({ good: 1, 'good too': 2 });
	expect(store.rows(BOARD).length).toBeGreaterThan(0);
});

test('whose clientID another wrote with is told so, and nothing of theirs is lost without a word', async () => {
	const world = await startSync();
	const ada = await world.join('ada');
	ada.write('a', 1);
	await ada.settled();
	const forger = await world.join('bo');
	forger.doc.clientID = ada.doc.clientID;
	// Written before she hears of it, at the clocks that are taken by then.
	const written = ada.change((doc) => doc.getMap('els').set('mine', 'words'));
	forger.write('forged', true);
	await forger.settled();
	ada.send(syncMessage(2, written));
	await until(() => expect(ada.heard('refused')).toMatchObject([{ n: ada.sent, code: 'wire.malformed' }]));
	const plain = await world.join('bo', { nabij: false });
	plain.send(syncMessage(2, written));
	expect((await plain.closed).code).toBe(CLOSE.malformed);
	expect((await world.join('vic')).content).toEqual({ a: 1, forged: true });
});

test('who goes on sending what is refused is malformed altogether', async () => {
	const world = await startSync({ limits: { refusals: 5 } });
	const ada = await world.join('ada');
	for (let i = 0; i < 6; i++) ada.send(syncMessage(2, Uint8Array.of(1, 2, 3)));
	expect((await ada.closed).code).toBe(CLOSE.malformed);
	expect(ada.heard('refused')).toHaveLength(6);
});

test('a slow reader is closed as slow, and finds everything when it comes back', async () => {
	const world = await startSync({ limits: { backlogBytes: 200_000, goodbyeMs: 5_000 } });
	const slow = await world.join('vic');
	const bo = await world.join('bo');
	stopReading(slow);
	let written = 0;
	// The kernel's buffers come first; only what they do not take counts.
	await until(async () => {
		for (let i = 0; i < 10; i++) bo.write(`w${written++}`, noise(100_000));
		await bo.settled();
		if (world.sync.stats().sockets > 1) throw new Error('not closed yet');
	});
	slow.socket.resume();
	expect(await slow.closed).toEqual({ code: CLOSE.tryAgain, reason: 'slow' });
	const again = await world.join('vic');
	expect(Object.keys(again.content)).toHaveLength(written);
});

test('cursors left out for a slow reader come as soon as it keeps up', async () => {
	const world = await startSync({ limits: { fleetingBytes: 0, backlogBytes: 100_000_000 } });
	const slow = await world.join('vic');
	const bo = await world.join('bo');
	const ada = await world.join('ada');
	ada.present({ p: [1, 1] });
	await until(() => expect(slow.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
	stopReading(slow);
	for (let i = 0; i < 100; i++) bo.write(`w${i}`, noise(100_000));
	await bo.settled();
	ada.present({ p: [2, 2] });
	await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [2, 2] }));
	slow.socket.resume();
	await until(() => expect(Object.keys(slow.content)).toHaveLength(100));
	bo.present({ p: [3, 3] });
	await until(() => expect(slow.states.get(ada.doc.clientID)).toEqual({ p: [2, 2] }));
});

test('a socket above the rate is read more slowly, and ended only when that goes on', async () => {
	const world = await startSync({ limits: { messagesPerSecond: 50, rateSeconds: 2 } });
	const burst = await world.join('ada');
	for (let i = 0; i < 80; i++) burst.write('n', i);
	await burst.settled();
	expect(burst.socket.readyState).toBe(burst.socket.OPEN);
	const flood = await world.join('bo');
	const sending = setInterval(() => {
		for (let i = 0; i < 50; i++) flood.write('n', i);
	}, 20);
	const ended = await flood.closed;
	clearInterval(sending);
	expect(ended).toEqual({ code: CLOSE.tryAgain, reason: 'rate' });
	expect(burst.socket.readyState).toBe(burst.socket.OPEN);
});

test('who says nothing after the upgrade is let go, and who stops answering pings is gone for all', async () => {
	const world = await startSync({ limits: { handshakeMs: 500, pingMs: 200, silentMs: 1_200 } });
	const mute = world.open('ada');
	expect(await mute.closed).toEqual({ code: CLOSE.tryAgain, reason: 'slow' });
	const alive = await world.join('ada');
	const hung = await world.join('bo');
	hung.present({ p: [0, 0] });
	await until(() => expect(alive.states.get(hung.doc.clientID)).toEqual({ p: [0, 0] }));
	stopReading(hung);
	await until(() => expect(alive.states.get(hung.doc.clientID)).toBeNull());
	expect(alive.socket.readyState).toBe(alive.socket.OPEN);
});

test('after a standstill of the whole process nobody who answers is taken for dead', async () => {
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
	onTestFinished(() => void vi.useRealTimers());
	const world = await startSync({ limits: { pingMs: 200, silentMs: 5_000 } });
	const ada = await world.join('ada');
	// As on a machine that was paused: the clock has gone on, and timers come before what the sockets hold.
	const now = performance.now.bind(performance);
	let aheadMs = 60_000;
	vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
	vi.advanceTimersByTime(1_000);
	// And from then on as ever.
	for (let seconds = 0; seconds < 2; seconds++) {
		await Promise.race([once(ada.socket, 'ping'), ada.closed]);
		aheadMs += 1_000;
		vi.advanceTimersByTime(1_000);
	}
	const bo = await world.join('bo');
	ada.write('still', 'here');
	await until(() => expect(bo.content).toEqual({ still: 'here' }));
	expect(ada.socket.readyState).toBe(ada.socket.OPEN);
});

test('who sends what builds on a step 2 and never sends that is closed as slow; who is only quiet stays', async () => {
	const world = await startSync({ limits: { stepTwoMs: 300 } });
	const quiet = await world.join('bo', { answers: false });
	const ada = await world.join('ada', { answers: false });
	ada.change((doc) => doc.getMap('els').set('offline', 1));
	ada.write('builds on it', 2);
	expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'slow' });
	expect(quiet.socket.readyState).toBe(quiet.socket.OPEN);
	// With its answer to the server's question it brings all of it.
	const again = await world.join('ada', { doc: ada.doc });
	await again.settled();
	await until(() => expect(quiet.content).toEqual({ offline: 1, 'builds on it': 2 }));
});

test.each([
	['one large update', (client: RawClient) => client.write('much', noise(12_000))],
	[
		'a great many small ones',
		(client: RawClient) => {
			for (let i = 0; i < 100; i++) client.write('n', i);
		}
	]
])(
	'who is not read because too much is unsaved, %s, is shown to nobody for ever, and stays when it is heard again',
	async (_title, send) => {
		const world = await startSyncOnMemory({ limits: { unsavedBytes: 10_000, pingMs: 200, silentMs: 1_200 } });
		const [ada, bo] = [await world.join('ada'), await world.join('bo')];
		await ada.settled();
		ada.present({ p: [0, 0] });
		await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [0, 0] }));
		world.store.hold();
		send(ada);
		await until(() => expect(bo.states.get(ada.doc.clientID)).toBeNull());
		const here = (): readonly string[] => world.sync.peopleAt(BOARD).map(({ id }) => id);
		expect(here()).toEqual(['bo']);
		// Who they are may change meanwhile; that does not bring them back.
		world.access.let('ada', { role: 'facilitator' });
		world.announce({ kind: 'person', person: 'ada' });
		await until(() => expect(ada.heard('hello').at(-1)?.me.role).toBe('facilitator'));
		expect(here()).toEqual(['bo']);
		world.store.release();
		await ada.settled();
		await until(() => expect(here()).toEqual(['bo', 'ada']));
		ada.present({ p: [1, 1] });
		await until(() => expect(bo.states.get(ada.doc.clientID)).toEqual({ p: [1, 1] }));
		expect(ada.socket.readyState).toBe(ada.socket.OPEN);
	}
);

test('a quiet connection still hears something readable', async () => {
	const world = await startSync({ limits: { readableMs: 700, pingMs: 200 } });
	const plain = await world.join('ada', { nabij: false });
	const before = plain.kinds.length;
	await until(() => expect(plain.kinds.slice(before)).toContain(KIND.awareness));
	expect(plain.socket.readyState).toBe(plain.socket.OPEN);
});

test('while nothing can be written all are told, nothing is acknowledged, and afterwards everything is', async () => {
	const { join, store } = await startSyncOnMemory({ limits: { retryFirstMs: 20, retryMaxMs: 40 } });
	const [ada, bo] = [await join('ada'), await join('bo')];
	await Promise.all([ada.settled(), bo.settled()]);
	const before = ada.saved;
	store.full = true;
	ada.write('kept', 1);
	await until(() => expect(bo.heard('storage').at(-1)?.state).toBe('disk'));
	ada.write('kept too', 2);
	const late = await join('bo');
	await until(() => expect(late.heard('storage').at(-1)?.state).toBe('disk'));
	expect([late.content, bo.content]).toEqual([{}, {}]);
	expect(ada.saved).toBe(before);
	store.full = false;
	await until(() => expect(bo.content).toEqual({ kept: 1, 'kept too': 2 }));
	await until(() => expect(late.content).toEqual(bo.content));
	await ada.settled();
	expect(bo.heard('storage').at(-1)?.state).toBe('ok');
	expect(ada.heard('storage').at(-1)?.state).toBe('ok');
});

test('a row that fails alone ends its writer, leaves nothing behind, and the writer brings it again', async () => {
	const { join, store } = await startSyncOnMemory();
	const [ada, bo] = [await join('ada'), await join('bo')];
	await Promise.all([ada.settled(), bo.settled()]);
	store.failsAlone = ({ author }) => author === 'ada';
	store.hold();
	bo.write('first', 0);
	await until(() => expect(store.heldBack).toBe(1));
	ada.write('lost', 1);
	bo.write('fine', 2);
	store.release();
	expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'disk' });
	await bo.settled();
	expect((await join('vic')).content).toEqual({ first: 0, fine: 2 });
	store.failsAlone = () => false;
	const again = await join('ada', { doc: ada.doc });
	await again.settled();
	await until(() => expect(bo.content).toEqual({ first: 0, lost: 1, fine: 2 }));
});

test('one document’s import does not hold up another', async () => {
	const { join, access, store } = await startSyncOnMemory({ limits: { tickBytes: 10_000, commitBytes: 20_000 } });
	access.documents.add('board-0000002');
	const importer = await join('ada');
	const other = await join('bo', { at: 'board-0000002' });
	store.hold();
	importer.write('start', 0);
	await until(() => expect(store.heldBack).toBe(1));
	for (let i = 0; i < 50; i++) importer.write(`i${i}`, noise(9_000));
	importer.present({});
	other.write('quick', 1);
	store.release();
	await other.settled();
	expect(importer.saved).toBeLessThan(importer.sent);
	await importer.settled();
});

test('a shutdown makes durable what was received, says so, and closes with 4503', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	await ada.settled();
	world.store.hold();
	ada.write('last', 'words');
	await until(() => expect(world.store.heldBack).toBe(1));
	const closing = world.close();
	world.store.release();
	expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'shutdown' });
	await closing;
	expect(ada.saved).toBe(ada.sent);
	expect(world.store.rows(BOARD)).not.toHaveLength(0);
	const later = await startSync({ store: world.store });
	expect((await later.join('vic')).content).toEqual({ last: 'words' });
});

test('a shutdown does not wait for a store that hangs; what was not said to be saved is brought again', async () => {
	const world = await startSyncOnMemory({ limits: { drainMs: 100 } });
	const ada = await world.join('ada');
	await ada.settled();
	world.store.hold();
	ada.write('last', 'words');
	await until(() => expect(world.store.heldBack).toBe(1));
	await world.close();
	expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'shutdown' });
	expect(ada.saved).toBeLessThan(ada.sent);
	world.store.release();
});

test('bytes that break the WebSocket protocol end their own socket only', async () => {
	const world = await startSync();
	const bo = await world.join('bo');
	const { port } = new URL(world.base);
	const broken = connect(Number(port), '127.0.0.1');
	broken.write(
		`GET /sync/${BOARD} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
			`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nCookie: ada\r\n\r\n`
	);
	broken.once('data', () => broken.write(randomBytes(500)));
	broken.on('error', () => undefined);
	await new Promise((closed) => broken.once('close', closed));
	bo.write('still', 'here');
	await bo.settled();
});

test.each([
	['not masked', { masked: false }, CLOSE.malformed],
	['said to be compressed', { reserved: 4 }, CLOSE.malformed],
	['of an opcode that there is not', { opcode: 7 }, CLOSE.malformed],
	['words that are no UTF-8', { opcode: 1, payload: Uint8Array.of(0xff) }, CLOSE.malformed],
	['longer than any message may be', { says: 40n * 1024n * 1024n }, CLOSE.tooLarge]
])('a frame that is %s closes with a code of ours', async (_what, wrong, code) => {
	const world = await startSync();
	const ada = world.open('ada');
	ada.socket.on('upgrade', ({ socket }) => {
		socket.write(frame({ opcode: 2, payload: syncMessage(0, Uint8Array.of(0)), ...wrong }));
	});
	expect((await ada.closed).code).toBe(code);
});

test('an update that claims more than it holds is refused before memory is made for it', async () => {
	const world = await startSync();
	const ada = await world.join('ada');
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, 1);
	encoding.writeVarUint(encoder, 30_000_000);
	encoding.writeVarUint(encoder, 1);
	encoding.writeVarUint(encoder, 0);
	const before = process.memoryUsage().rss;
	for (let i = 0; i < 10; i++) ada.send(syncMessage(2, encoding.toUint8Array(encoder)));
	await ada.settled();
	expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
	expect(ada.heard('refused')).toHaveLength(10);
	expect(Y.encodeStateAsUpdate((await world.join('vic')).doc)).toEqual(Uint8Array.of(0, 0));
});

/** State vectors of a document whose one writer said many things: each lacks something else. */
const vectorsOf = (client: RawClient, count: number): Uint8Array[] =>
	Array.from({ length: count }, (_, clock) => Y.encodeStateVector(new Map([[client.doc.clientID, clock]])));

test('of the step 1s that a socket sends at once only the latest is answered', async () => {
	const world = await startSync();
	const [ada, vic] = [await world.join('ada'), await world.join('vic')];
	for (let i = 0; i < 50; i++) ada.write(`note${i}`, i);
	await ada.settled();
	await until(() => expect(Object.keys(vic.content)).toHaveLength(50));
	const answered = vic.stepTwos.length;
	const latest = Y.encodeStateVector(ada.doc);
	for (const vector of [...vectorsOf(ada, 50), latest]) vic.send(syncMessage(0, vector));
	await until(() => expect(vic.stepTwos.at(-1)).toEqual(Y.encodeStateAsUpdate(ada.doc, latest)));
	// They may have arrived in a few parts.
	expect(vic.stepTwos.length - answered).toBeLessThan(10);
});

test('answers to one person cost no more than their share, over all their sockets; others do not wait for them', async () => {
	const world = await startSync({ limits: { answerBurstMs: 1e-3, answerShare: 1e-9 } });
	const vic = await world.join('vic');
	// The first cost no more than the burst; this one is beyond it.
	vic.askStepOne();
	await until(() => expect(vic.stepTwos).toHaveLength(2));
	vic.askStepOne();
	const again = world.open('vic');
	await again.opened;
	again.askStepOne();
	const ada = await world.join('ada');
	ada.write('a', 1);
	await until(() => expect(vic.content).toEqual({ a: 1 }));
	await world.join('bo');
	expect(vic.stepTwos).toHaveLength(2);
	expect(again.stepTwos).toHaveLength(0);
	expect(again.socket.readyState).toBe(again.socket.OPEN);
});

test('who must wait for an answer gets it when its cost is earned back', async () => {
	const world = await startSync({ limits: { answerBurstMs: 1e-2, answerShare: 1e-4 } });
	const vic = await world.join('vic');
	vic.askStepOne();
	await until(() => expect(vic.stepTwos).toHaveLength(2));
	// What is owed beyond the burst takes 100 ms to earn.
	vic.askStepOne();
	await until(() => expect(vic.stepTwos).toHaveLength(3));
});
