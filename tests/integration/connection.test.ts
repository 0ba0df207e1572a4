import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { LOCAL, SETUP } from '#domain/board/document';
import { DEFAULT_LIMITS } from '#server/sync/limits';
import { STEP_TWO_MAX_BYTES, UPDATE_MAX_BYTES } from '#domain/wire/bounds';
import { BOARD_TOPIC, encodeAnnouncement } from '#domain/wire/announcement';
import { KIND, SCHEMA } from '#domain/wire/kinds';
import type { LiveMessage } from '#domain/wire/live';
import { Connection, type SyncState } from '../../src/lib/board/sync/connection.ts';
import { until } from '../support/sync-client.ts';
import { BOARD, startSync, startSyncOnMemory, type SyncWorld } from '../support/sync-world.ts';

const els = (doc: Y.Doc) => doc.getMap('els');

/** Nobody listens there. */
const NOWHERE = 'ws://127.0.0.1:1';

type Options = Readonly<{
	epoch?: number;
	/** Keeps a copy in the browser that {@link browser} gave. */
	keeps?: boolean;
	/** Begins without a network. */
	cut?: boolean;
}>;

/** A browser's IndexedDB, until the running test ends. */
function browser(): void {
	vi.stubGlobal('indexedDB', new IDBFactory());
	vi.stubGlobal('IDBKeyRange', IDBKeyRange);
	onTestFinished(() => void vi.unstubAllGlobals());
}

/** The page's own line to a document, in Node: its sockets carry a cookie, and a test can cut them. */
function connect(world: SyncWorld, cookie: string, { epoch = 1, keeps = false, cut = false }: Options = {}) {
	const sockets = new Set<WebSocket>();
	const sent: Uint8Array[] = [];
	class Line extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(cut ? NOWHERE : url, protocols, { headers: { cookie } });
			sockets.add(this);
			this.on('close', () => sockets.delete(this));
		}
		override send(data: never): void {
			sent.push(new Uint8Array(data));
			super.send(data);
		}
	}
	const connection = new Connection({
		base: world.base,
		doc: BOARD,
		epoch,
		person: keeps ? cookie : null,
		socket: Line as unknown as typeof globalThis.WebSocket
	});
	onTestFinished(() => connection.destroy());
	const states: SyncState[] = [connection.state];
	connection.onState((state) => states.push(state));
	return {
		connection,
		/** Every state so far, the first included. */
		states,
		/** Messages of one kind that left. */
		sent: (kind: number) => sent.filter((message) => message[0] === kind),
		/** One change by hand. */
		put: (key: string, value: unknown) => connection.doc.transact(() => els(connection.doc).set(key, value), LOCAL),
		cutLine: () => {
			cut = true;
			for (const socket of sockets) socket.terminate();
		},
		mendLine: () => {
			cut = false;
		},
		becomes: (state: object) => until(() => expect(connection.state).toMatchObject(state))
	};
}

const SAVED: SyncState = { is: 'saved' };

/** An earlier visit of Ada's that never reached the server: what she put lies in the browser. */
async function visitCutOff(world: SyncWorld, ...keys: readonly string[]): Promise<void> {
	const ada = connect(world, 'ada', { keeps: true, cut: true });
	for (const key of keys) ada.put(key, 1);
	await ada.becomes({ is: 'offline', n: keys.length, kept: true });
	await ada.connection.destroy();
}

test('a line is connecting, then saved; a change is saving until it is durable, and not a moment less', async () => {
	const world = await startSyncOnMemory();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	expect(ada.states[0]).toEqual({ is: 'connecting' });
	expect(ada.states.map(({ is }) => is)).not.toContain('offline');
	world.store.hold();
	ada.put('a', 1);
	await until(() => expect(world.store.heldBack).toBe(1));
	expect(ada.connection.state).toMatchObject({ is: 'saving', n: 1, disk: false });
	ada.put('b', 2);
	await ada.becomes({ is: 'saving', n: 2, disk: false });
	world.store.release();
	await ada.becomes(SAVED);
	expect(world.store.rows(BOARD)).not.toHaveLength(0);
});

test('making what a deed shows is not a second change in anyone’s eyes, and a change of others is none of ours', async () => {
	const world = await startSyncOnMemory();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	const before = ada.states.length;
	const bo = await world.join('bo');
	bo.write('b', 1);
	await until(() => expect(els(ada.connection.doc).get('b')).toBe(1));
	expect(ada.states).toHaveLength(before);
	world.store.hold();
	ada.connection.doc.transact(() => els(ada.connection.doc).set('note', 'hidden'), SETUP);
	ada.put('note', 'shown');
	await until(() => expect(world.store.heldBack).toBe(1));
	await ada.becomes({ is: 'saving', n: 1, disk: false });
	world.store.release();
	await ada.becomes(SAVED);
});

test('offline counts what is only here; when the line is back it is sent, acknowledged, and others have it', async () => {
	const world = await startSync();
	const bo = await world.join('bo');
	const ada = connect(world, 'ada');
	ada.put('before', 0);
	await ada.becomes(SAVED);
	ada.cutLine();
	await ada.becomes({ is: 'offline', n: 0 });
	for (const n of [1, 2, 3]) ada.put(`k${n}`, n);
	await ada.becomes({ is: 'offline', n: 3 });
	bo.write('meanwhile', true);
	ada.mendLine();
	await ada.becomes(SAVED);
	expect(els(ada.connection.doc).get('meanwhile')).toBe(true);
	await until(() => expect(bo.content).toEqual({ before: 0, k1: 1, k2: 2, k3: 3, meanwhile: true }));
	// Between the two it never claimed that all was saved.
	const back = ada.states.slice(ada.states.findIndex((state) => state.is === 'offline' && state.n === 3));
	expect(back.findIndex(({ is }) => is === 'saved')).toBe(back.length - 1);
	expect(back.filter((state) => state.is === 'saving').every((state) => state.n === 3)).toBe(true);
});

test('a change whose acknowledgement was lost with the line is counted until the next line brings it', async () => {
	const world = await startSyncOnMemory();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	world.store.hold();
	ada.put('a', 1);
	await until(() => expect(world.store.heldBack).toBe(1));
	ada.cutLine();
	await ada.becomes({ is: 'offline', n: 1 });
	world.store.release();
	ada.mendLine();
	await ada.becomes(SAVED);
	expect((await world.join('bo')).content).toEqual({ a: 1 });
});

test('someone who starts without a server is offline, and loses nothing by it', async () => {
	const world = await startSync();
	const ada = connect(world, 'ada');
	ada.cutLine();
	ada.put('early', 1);
	await ada.becomes({ is: 'offline', n: 1 });
	ada.mendLine();
	await ada.becomes(SAVED);
	expect((await world.join('bo')).content).toEqual({ early: 1 });
});

test('while nothing can be written it is saving and says why; afterwards it is saved', async () => {
	const world = await startSyncOnMemory({ limits: { retryFirstMs: 20, retryMaxMs: 40 } });
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	world.store.full = true;
	ada.put('a', 1);
	await ada.becomes({ is: 'saving', n: 1, disk: true });
	world.store.full = false;
	await ada.becomes(SAVED);
});

test('a change that the server does not take ends the line, and is set aside with all that is here', async () => {
	const world = await startSync();
	const bo = await world.join('bo');
	bo.write('theirs', 1);
	await bo.settled();
	const vic = connect(world, 'vic');
	await vic.becomes(SAVED);
	vic.put('mine', 2);
	await vic.becomes({ is: 'ended', why: 'refused', n: 1 });
	const aside = await vic.connection.asides.takeOut();
	expect(aside).toMatchObject({ n: 1, why: 'refused', kept: false });
	const copy = new Y.Doc();
	Y.applyUpdate(copy, aside?.copy ?? new Uint8Array([0, 0]));
	expect(els(copy).toJSON()).toEqual({ theirs: 1, mine: 2 });
	expect((await world.join('ada')).content).toEqual({ theirs: 1 });
	await until(() => expect(world.sync.stats().sockets).toBe(2));
});

test('an ended line says why', async () => {
	const world = await startSync();
	const ending = async (why: string, end: (cookie: string) => void, options: { epoch?: number } = {}) => {
		world.access.let('gus', { guest: true });
		const gus = connect(world, 'gus', options);
		if (options.epoch === undefined) await gus.becomes(SAVED);
		end('gus');
		world.announce({ kind: 'link', link: 'link-of-gus' });
		await until(() => expect(gus.connection.state).toMatchObject({ is: 'ended', why, n: 0 }));
		expect(gus.states.map(({ is }) => is)).not.toContain('offline');
	};
	await ending('signed-out', (cookie) => world.access.say(cookie, 'ended'));
	await ending('unknown', (cookie) => world.access.say(cookie, 'gone'));
	await ending('role', (cookie) => world.access.let(cookie, { guest: true, role: 'viewer' }));
	await ending('renewed', () => undefined, { epoch: 7 });
});

test('a page too old for the document keeps what it did, and the reloaded one delivers it', async () => {
	browser();
	const world = await startSync();
	const old = connect(world, 'ada', { keeps: true });
	await old.becomes(SAVED);
	old.cutLine();
	old.put('a', 'done before the reload');
	await old.becomes({ is: 'offline', n: 1, kept: true });
	// A newer version of Nabij has written in it meanwhile.
	world.access.let('ada', { schema: SCHEMA + 1 });
	old.mendLine();
	await old.becomes({ is: 'ended', why: 'too-old', n: 1, kept: true });
	expect((await world.join('bo')).content).toEqual({});
	await old.connection.destroy();
	// The reloaded page understands what is there.
	world.access.let('ada', { schema: SCHEMA });
	const reloaded = connect(world, 'ada', { keeps: true });
	await reloaded.becomes(SAVED);
	expect((await world.join('bo')).content).toEqual({ a: 'done before the reload' });
});

test('a page older than the document, a change above the bound and bytes that are no message end with their reason', async () => {
	const world = await startSync({ limits: { updateBytes: 1_000 } });
	const large = connect(world, 'ada');
	await large.becomes(SAVED);
	large.put('large', 'x'.repeat(2_000));
	await large.becomes({ is: 'ended', why: 'too-large', n: 1 });
	const odd = connect(world, 'ada');
	await odd.becomes(SAVED);
	// The page sends no such thing; a gesture whose payload the server cannot read stands for any.
	odd.connection.sendLive({ gesture: 1, phase: 9 as 0, payload: null });
	await odd.becomes({ is: 'ended', why: 'malformed', n: 0 });
	world.access.let('ada', { schema: SCHEMA + 1 });
	const old = connect(world, 'ada');
	await old.becomes({ is: 'ended', why: 'too-old', n: 0 });
});

test('gestures go both ways, with the clientID of whoever makes them', async () => {
	const world = await startSync();
	const [ada, bo] = [connect(world, 'ada'), connect(world, 'bo')];
	await Promise.all([ada.becomes(SAVED), bo.becomes(SAVED)]);
	const heard = { ada: [] as LiveMessage[], bo: [] as LiveMessage[] };
	ada.connection.onLive((message) => heard.ada.push(message));
	bo.connection.onLive((message) => heard.bo.push(message));
	for (const { connection } of [ada, bo]) connection.awareness.setLocalState({ p: null });
	const begin: LiveMessage = { gesture: 3, phase: 0, payload: { do: 'move', ids: ['e1'] } };
	ada.connection.sendLive(begin);
	await until(() => expect(heard.bo).toEqual([{ ...begin, client: ada.connection.doc.clientID }]));
	bo.connection.sendLive(begin);
	await until(() => expect(heard.ada).toEqual([{ ...begin, client: bo.connection.doc.clientID }]));
});

test('people are who the server says they are, until the line is lost', async () => {
	const world = await startSync();
	const [ada, bo] = [connect(world, 'ada'), connect(world, 'bo')];
	const known: string[] = [];
	ada.connection.onMe(({ id, role }) => known.push(`${id} ${role}`));
	await until(() => expect(known).toEqual(['ada editor']));
	ada.connection.awareness.setLocalState({ p: null });
	bo.connection.awareness.setLocalState({ p: [5, 5] });
	const client = bo.connection.doc.clientID;
	await until(() => expect(ada.connection.people.of(client)).toMatchObject({ id: 'bo', name: 'bo', role: 'editor' }));
	await until(() => expect(ada.connection.awareness.getStates().get(client)).toEqual({ p: [5, 5] }));
	ada.cutLine();
	await until(() => expect(ada.connection.people.here.size).toBe(0));
	expect(ada.connection.awareness.getStates().has(client)).toBe(false);
	ada.mendLine();
	// Whoever comes back sees who is here, and is seen.
	await until(() => expect(ada.connection.people.of(client)?.id).toBe('bo'));
	await until(() => expect(bo.connection.people.of(ada.connection.doc.clientID)?.id).toBe('ada'));
	await until(() => expect(ada.connection.awareness.getStates().get(client)).toEqual({ p: [5, 5] }));
	await until(() => expect(bo.connection.awareness.getStates().get(ada.connection.doc.clientID)).toEqual({ p: null }));
	await bo.connection.destroy();
	await until(() => expect(ada.connection.people.of(client)).toBeUndefined());
});

test('a page speaks for itself only: what it hears of others it does not repeat', async () => {
	const world = await startSync();
	const [ada, bo] = [connect(world, 'ada'), connect(world, 'bo')];
	await Promise.all([ada.becomes(SAVED), bo.becomes(SAVED)]);
	bo.connection.awareness.setLocalState({ p: null });
	const client = ada.connection.doc.clientID;
	const before = bo.sent(KIND.awareness).length;
	for (let i = 1; i <= 20; i++) {
		ada.connection.awareness.setLocalState({ p: [i, i] });
		await until(() => expect(bo.connection.awareness.getStates().get(client)).toEqual({ p: [i, i] }));
	}
	expect(bo.sent(KIND.awareness)).toHaveLength(before);
});

test('a new title is told, and the server’s time is known', async () => {
	const world = await startSync({ clock: { now: () => Date.now() + 3_600_000 } });
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	const titles: string[] = [];
	ada.connection.onTitle((title) => titles.push(title));
	world.bus.publish(BOARD_TOPIC, encodeAnnouncement({ board: 'board-another1', title: 'Not ours' }));
	world.bus.publish(BOARD_TOPIC, encodeAnnouncement({ board: BOARD, title: 'Retro' }));
	await until(() => expect(titles).toEqual(['Retro']));
	expect(Math.abs(ada.connection.serverNow - Date.now() - 3_600_000)).toBeLessThan(60_000);
});

test('a line that is let go leaves no socket and does not come back', async () => {
	const world = await startSync();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	await ada.connection.destroy();
	await until(() => expect(world.sync.stats().sockets).toBe(0));
	const states = ada.states.length;
	ada.connection.sendLive({ gesture: 1, phase: 0, payload: null });
	ada.connection.awareness.setLocalState({ p: null });
	expect(ada.states).toHaveLength(states);
	expect(ada.sent(KIND.live)).toEqual([]);
});

/** Puts so many texts of one size in one change. */
function paste(doc: Y.Doc, count: number, size: number): void {
	doc.transact(() => {
		for (let i = 0; i < count; i++) els(doc).set(`text-${i}`, new Y.Text(String(i).padEnd(size, 'x')));
	}, LOCAL);
}

test('who has too many lines already is told so, waits, and gets in when one is free', async () => {
	const world = await startSync({ limits: { socketsPerPerson: 1 } });
	const first = await world.join('ada');
	const ada = connect(world, 'ada');
	await ada.becomes({ is: 'offline', n: 0, crowded: true });
	await first.close();
	await ada.becomes(SAVED);
});

test('both ends know the same bounds', () => {
	const { updateBytes, stepTwoBytes, documentBytes } = DEFAULT_LIMITS;
	expect([updateBytes, stepTwoBytes, documentBytes]).toEqual([
		UPDATE_MAX_BYTES,
		STEP_TWO_MAX_BYTES,
		STEP_TWO_MAX_BYTES
	]);
});

test('a change above the bound of one message goes in parts, and is saved when the last of them is', async () => {
	const world = await startSync();
	const bo = await world.join('bo');
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	const before = ada.sent(KIND.sync).length;
	paste(ada.connection.doc, 600, 10_000);
	const parts = ada.sent(KIND.sync).slice(before);
	expect(parts.length).toBeGreaterThan(1);
	for (const part of parts) expect(part.length).toBeLessThan(UPDATE_MAX_BYTES);
	expect(ada.connection.state).toMatchObject({ is: 'saving', n: 600 });
	await ada.becomes(SAVED);
	expect(ada.states.slice(-2)).toMatchObject([{ is: 'saving', n: 600 }, SAVED]);
	await until(() => expect(Object.keys(bo.content)).toHaveLength(600));
	expect(bo.content).toEqual(els(ada.connection.doc).toJSON());
	// What is written behind it builds on all of it.
	ada.put('after', 1);
	await until(() => expect(bo.content['after']).toBe(1));
});

test('a change in parts whose line is lost half-way is whole after the next line', async () => {
	const world = await startSyncOnMemory();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	world.store.hold();
	paste(ada.connection.doc, 600, 10_000);
	await until(() => expect(world.store.heldBack).toBe(1));
	ada.cutLine();
	await ada.becomes({ is: 'offline', n: 600 });
	world.store.release();
	ada.mendLine();
	await ada.becomes(SAVED);
	expect(Object.keys((await world.join('bo')).content)).toHaveLength(600);
});

test('more than one answer may hold is answered in parts', async () => {
	const world = await startSync({ limits: { documentBytes: 64 * 1024 * 1024 } });
	const ada = connect(world, 'ada', { cut: true });
	for (let i = 0; i < 5; i++) {
		ada.connection.doc.transact(() => {
			for (let k = 0; k < 350; k++) els(ada.connection.doc).set(`${i}-${k}`, new Y.Text('y'.repeat(20_000)));
		}, LOCAL);
	}
	await ada.becomes({ is: 'offline', n: 1_750 });
	ada.mendLine();
	await ada.becomes(SAVED);
	expect(Object.keys((await world.join('bo')).content)).toHaveLength(1_750);
});

test('one thing that no message can hold ends the line with everything still here, and nobody sees half of it', async () => {
	const world = await startSync();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	ada.put('before', 1);
	await ada.becomes(SAVED);
	ada.connection.doc.transact(() => els(ada.connection.doc).set('huge', new Y.Text('x'.repeat(5_000_000))), LOCAL);
	await ada.becomes({ is: 'ended', why: 'too-large', n: 1 });
	expect(els(ada.connection.doc).get('huge')?.toString()).toHaveLength(5_000_000);
	expect((await world.join('bo')).content).toEqual({ before: 1 });
});

test('work of an earlier visit is counted until the server has it', async () => {
	browser();
	const world = await startSyncOnMemory();
	await visitCutOff(world, 'a');
	world.store.hold();
	const second = connect(world, 'ada', { keeps: true });
	await second.becomes({ is: 'saving', n: 1, kept: true });
	world.store.release();
	await second.becomes(SAVED);
	await second.connection.destroy();
	const third = connect(world, 'ada', { keeps: true, cut: true });
	await third.becomes({ is: 'offline', n: 0 });
	expect((await world.join('bo')).content).toEqual({ a: 1 });
});

test('who comes back as a reader with work of an earlier visit is told at once, and has it here to take along', async () => {
	browser();
	const world = await startSync();
	await visitCutOff(world, 'mine', 'mine too');
	world.access.let('ada', { role: 'commenter' });
	const second = connect(world, 'ada', { keeps: true });
	await second.becomes({ is: 'ended', why: 'role', n: 2, kept: true });
	expect(second.states.map(({ is }) => is)).not.toContain('saved');
	expect(els(second.connection.doc).toJSON()).toEqual({ mine: 1, 'mine too': 1 });
	// Whoever leaves without an answer is asked the next time as well.
	await second.connection.destroy();
	const third = connect(world, 'ada', { keeps: true });
	await third.becomes({ is: 'ended', why: 'role', n: 2 });
	await third.connection.forgetCopy();
	await third.connection.destroy();
	const fresh = connect(world, 'ada', { keeps: true });
	await fresh.becomes(SAVED);
	expect(els(fresh.connection.doc).toJSON()).toEqual({});
});

test('a browser that keeps nothing says that the work is on this page alone', async () => {
	const world = await startSync();
	const ada = connect(world, 'ada', { keeps: true, cut: true });
	ada.put('a', 1);
	await ada.becomes({ is: 'offline', n: 1, kept: false });
	ada.mendLine();
	await ada.becomes(SAVED);
});

test('work of someone who became a reader is set aside; the next line has what the server has, and takes it when it may', async () => {
	browser();
	const world = await startSync();
	const bo = await world.join('bo');
	bo.write('theirs', 1);
	await bo.settled();
	const first = connect(world, 'ada', { keeps: true });
	await first.becomes(SAVED);
	first.cutLine();
	await first.becomes({ is: 'offline', n: 0 });
	first.put('mine', 2);
	world.access.let('ada', { role: 'viewer' });
	first.mendLine();
	await first.becomes({ is: 'ended', why: 'role', n: 1 });
	const aside = await first.connection.asides.takeOut();
	expect(aside).toMatchObject({ n: 1, why: 'role', kept: true });
	await first.connection.destroy();
	// A reader's line that is live, without that work.
	const reader = connect(world, 'ada', { keeps: true });
	await reader.becomes(SAVED);
	expect(els(reader.connection.doc).toJSON()).toEqual({ theirs: 1 });
	bo.write('later', 3);
	await until(() => expect(els(reader.connection.doc).get('later')).toBe(3));
	expect(reader.connection.asides.waiting).toMatchObject({ n: 1, why: 'role', copy: aside?.copy });
	// The role comes back on the same line.
	world.access.let('ada', { role: 'editor' });
	world.announce({ kind: 'person', person: 'ada' });
	if (aside) await reader.connection.asides.putIn(aside);
	await until(() => expect(bo.content).toEqual({ theirs: 1, later: 3, mine: 2 }));
	await reader.becomes(SAVED);
	expect(reader.connection.asides.waiting).toBeNull();
});

test('a browser that keeps nothing hands over what is set aside, and says that it is on this page alone', async () => {
	const world = await startSync();
	const ada = connect(world, 'ada');
	ada.cutLine();
	ada.put('mine', 2);
	world.access.let('ada', { role: 'viewer' });
	ada.mendLine();
	await ada.becomes({ is: 'ended', why: 'role', n: 1 });
	expect(await ada.connection.asides.takeOut()).toMatchObject({ n: 1, why: 'role', kept: false });
});

test('the browser’s word that the network went is a reason to try: a server that can be reached is not given up', async () => {
	const network = new EventTarget();
	vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
	vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
	onTestFinished(() => void vi.unstubAllGlobals());
	const world = await startSync();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	network.dispatchEvent(new Event('offline'));
	ada.put('meanwhile', 1);
	await until(() => expect(ada.states).toContainEqual({ is: 'offline', n: 1, kept: false }));
	await ada.becomes(SAVED);
	expect((await world.join('bo')).content).toEqual({ meanwhile: 1 });
});

test('when the network is back the line is tried at once, however long it had waited', async () => {
	const network = new EventTarget();
	vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
	vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
	onTestFinished(() => void vi.unstubAllGlobals());
	const world = await startSync();
	const ada = connect(world, 'ada');
	await ada.becomes(SAVED);
	ada.cutLine();
	network.dispatchEvent(new Event('offline'));
	await ada.becomes({ is: 'offline', n: 0 });
	vi.useFakeTimers({ toFake: ['setTimeout'] });
	onTestFinished(() => void vi.useRealTimers());
	ada.mendLine();
	network.dispatchEvent(new Event('online'));
	await vi.waitFor(() => expect(ada.connection.state).toEqual(SAVED));
});
