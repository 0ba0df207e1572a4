import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { CLOSE } from '#domain/wire/close-codes';
import { BOARD, startSync, startSyncOnMemory, type SyncWorld } from '../support/sync-world.ts';
import { syncMessage, until, type RawClient } from '../support/sync-client.ts';

/** How soon a change of access must act. */
const ACTS_MS = 1_000;

async function closedWithin(client: RawClient, ms: number): Promise<number> {
	const asked = performance.now();
	const { code } = await client.closed;
	expect(performance.now() - asked).toBeLessThan(ms);
	return code;
}

test('a viewer is asked for nothing, sees everything, and a step 2 of theirs is dropped', async () => {
	const world = await startSyncOnMemory();
	const ada = await world.join('ada');
	ada.write('a', 1);
	await ada.settled();
	const rows = world.store.rows(BOARD).length;
	const vic = await world.join('vic');
	expect(vic.content).toEqual({ a: 1 });
	vic.change((doc) => doc.getMap('els').set('vic', 1));
	vic.send(syncMessage(1, Y.encodeStateAsUpdate(vic.doc)));
	vic.askStepOne();
	await until(() => expect(vic.stepTwos).toHaveLength(2));
	ada.write('b', 2);
	await until(() => expect(vic.content).toMatchObject({ b: 2 }));
	expect(vic.stepOnes).toHaveLength(0);
	expect(ada.content).toEqual({ a: 1, b: 2 });
	expect(world.store.rows(BOARD)).toHaveLength(rows + 1);
	expect(vic.socket.readyState).toBe(WebSocket.OPEN);
});

test('an unmodified client of a viewer stays connected and reads along', async () => {
	const world = await startSync();
	const doc = new Y.Doc();
	doc.getMap('els').set('offline', true);
	const vic = world.stock('vic', doc);
	const ada = await world.join('ada');
	ada.write('a', 1);
	await until(() => expect(doc.getMap('els').get('a')).toBe(1));
	expect(vic.provider.wsconnected).toBe(true);
	expect(ada.content).toEqual({ a: 1 });
});

test.each(['viewer', 'commenter'] as const)(
	'an update of a %s changes nothing and closes with 4403, said before',
	async (role) => {
		const world = await startSync();
		world.access.let('cas', { role, guest: true });
		const ada = await world.join('ada');
		const cas = await world.join('cas');
		cas.write('cas', 1);
		expect(await cas.closed).toMatchObject({ code: CLOSE.roleMayNot });
		expect(cas.heard('refused')).toEqual([{ type: 'refused', n: 1, code: 'board.not-yours' }]);
		const stock = await world.join('cas', { nabij: false });
		stock.write('cas', 1);
		expect(await stock.closed).toMatchObject({ code: CLOSE.roleMayNot });
		ada.write('a', 1);
		await ada.settled();
		expect((await world.join('bo')).content).toEqual({ a: 1 });
	}
);

test('an unmodified client whose update is not allowed gives up for good', async () => {
	const world = await startSync();
	const vic = world.stock('vic');
	await until(() => expect(vic.provider.synced).toBe(true));
	const final = new Promise<number>((resolve) => vic.provider.on('closed', ({ code }) => resolve(code)));
	vic.doc.getMap('els').set('a', 1);
	expect(await final).toBe(CLOSE.roleMayNot);
	expect(vic.provider.shouldConnect).toBe(false);
});

test.each([
	['no cookie', null, BOARD, CLOSE.noSession],
	['a cookie of nobody', 'stranger', BOARD, CLOSE.noSession],
	['a document that nobody made', 'ada', 'board-unknown1', CLOSE.unknownDocument],
	['a document that is not visible to them', 'gone', BOARD, CLOSE.unknownDocument]
])('%s is answered after the upgrade by a close code', async (_title, cookie, at, code) => {
	const world = await startSync();
	world.access.let('gone');
	world.access.say('gone', 'gone');
	for (const nabij of [true, false]) {
		const client = world.open(cookie, { at, nabij });
		await client.opened;
		expect(await client.closed).toMatchObject({ code });
		expect(client.kinds).toEqual([]);
	}
});

test('a page older than the document is told so, and nothing of the document is sent to it', async () => {
	const world = await startSync();
	world.access.let('ada', { schema: 3 });
	const old = world.open('ada', { schema: 2 });
	expect(await old.closed).toMatchObject({ code: CLOSE.pageTooOld });
	expect(old.stepTwos).toEqual([]);
	const fits = await world.join('ada', { schema: 3 });
	expect(fits.heard('hello')).toMatchObject([{ schema: 3 }]);
	// A program without `nabij=1` names no schema: it is taken as it is.
	await world.join('ada', { nabij: false });
});

test('our client hears first who it is, and a plain one nothing of the kind', async () => {
	const world = await startSync();
	const ada = await world.join('ada');
	expect(ada.controls[0]).toMatchObject({
		type: 'hello',
		me: { id: 'ada', name: 'ada', role: 'editor', guest: false },
		epoch: 1
	});
	expect(ada.kinds[0]).toBe(10);
	const plain = await world.join('ada', { nabij: false });
	expect(plain.controls).toEqual([]);
});

type Change = Parameters<SyncWorld['announce']>[0];
test.each<[string, Change]>([
	['a session', { kind: 'session', key: 'session-of-gus' }],
	['a person', { kind: 'person', person: 'gus' }],
	['the board', { kind: 'board', board: BOARD }],
	['a link', { kind: 'link', link: 'link-of-gus' }],
	['a team', { kind: 'team', team: 'team-1' }]
])(
	'what was announced of %s acts within a second: an ended session, a gone board, a lowered role',
	async (_title, change) => {
		const world = await startSync();
		const join = async () => {
			world.access.let('gus', { guest: true });
			return world.join('gus');
		};
		const ada = await world.join('ada');
		const ended = await join();
		world.access.say('gus', 'ended');
		world.announce(change);
		expect(await closedWithin(ended, ACTS_MS)).toBe(CLOSE.noSession);
		const gone = await join();
		world.access.say('gus', 'gone');
		world.announce(change);
		expect(await closedWithin(gone, ACTS_MS)).toBe(CLOSE.unknownDocument);
		const lowered = await join();
		world.access.let('gus', { guest: true, role: 'viewer' });
		world.announce(change);
		expect(await closedWithin(lowered, ACTS_MS)).toBe(CLOSE.roleMayNot);
		// Nobody else is touched by it.
		ada.write('a', 1);
		await ada.settled();
	}
);

test('an announcement that changes nothing for someone leaves them where they are', async () => {
	const world = await startSync();
	const ada = await world.join('ada');
	world.announce({ kind: 'board', board: BOARD });
	world.announce({ kind: 'team', team: 'another' });
	world.announce({ kind: 'person', person: 'ada' });
	ada.write('a', 1);
	await ada.settled();
	expect(ada.socket.readyState).toBe(WebSocket.OPEN);
});

test('an update sent in the moment of the revocation does not get in once the answer is there', async () => {
	const world = await startSync();
	const bo = await world.join('bo');
	world.access.let('gus', { guest: true });
	const gus = await world.join('gus');
	world.access.say('gus', 'ended');
	world.announce({ kind: 'link', link: 'link-of-gus' });
	expect(await gus.closed).toMatchObject({ code: CLOSE.noSession });
	gus.socket.send(
		syncMessage(
			2,
			gus.change((doc) => doc.getMap('els').set('late', 1))
		),
		() => undefined
	);
	bo.write('b', 1);
	await bo.settled();
	expect((await world.join('ada')).content).toEqual({ b: 1 });
});

test('a role raised in the middle lets the same socket write, and others see the new role', async () => {
	const world = await startSync();
	world.access.let('gus', { guest: true, role: 'viewer' });
	const ada = await world.join('ada');
	const gus = await world.join('gus');
	gus.present({ p: [0, 0] });
	await until(() => expect(ada.states.has(gus.doc.clientID)).toBe(true));
	gus.change((doc) => doc.getMap('els').set('before', 1));
	world.access.let('gus', { guest: true, role: 'editor' });
	world.announce({ kind: 'link', link: 'link-of-gus' });
	await until(() => expect(gus.heard('hello').at(-1)?.me.role).toBe('editor'));
	// Now it is asked for what it has.
	await until(() => expect(gus.stepOnes).toHaveLength(1));
	gus.write('after', 2);
	await gus.settled();
	await until(() => expect(ada.content).toEqual({ before: 1, after: 2 }));
	await until(() => expect(ada.heard('people').at(-1)?.here[gus.doc.clientID]?.role).toBe('editor'));
});

test('a session that ends by the clock ends its socket then', async () => {
	const clock = { at: 1_000_000, now: () => clock.at + performance.now() };
	const world = await startSync({ clock });
	world.access.let('short', { expiresAt: clock.now() + 300 });
	const short = await world.join('short');
	const ada = await world.join('ada');
	expect(short.socket.readyState).toBe(WebSocket.OPEN);
	world.access.say('short', 'ended');
	expect(await closedWithin(short, 300 + ACTS_MS)).toBe(CLOSE.noSession);
	expect(ada.socket.readyState).toBe(WebSocket.OPEN);
});

test('a session that was prolonged meanwhile does not end', async () => {
	const clock = { at: 1_000_000, now: () => clock.at + Math.floor(performance.now()) };
	const world = await startSync({ clock });
	const first = clock.now() + 150;
	world.access.let('long', { expiresAt: first });
	const long = await world.join('long');
	world.access.let('long', { expiresAt: first + 3_600_000 });
	await until(() => expect(clock.now()).toBeGreaterThan(first + 100));
	long.write('a', 1);
	await long.settled();
});

test('someone has at most so many sockets; benchmarks may have more', async () => {
	const limits = { socketsPerPerson: 3 };
	const world = await startSync({ limits });
	for (let i = 0; i < 3; i++) await world.join('ada');
	const fourth = world.open('ada');
	expect((await fourth.closed).code).toBe(CLOSE.tryAgain);
	await world.join('bo');
	const bench = await startSync({ limits, bench: true });
	for (let i = 0; i < 5; i++) await bench.join('ada');
});

test('people at a board are told to the floor, once each, while they are there', async () => {
	const world = await startSync();
	const tabs = [await world.join('ada'), await world.join('ada')];
	await world.join('vic');
	await until(() => expect(world.sync.peopleAt(BOARD).map(({ id }) => id)).toEqual(['ada', 'vic']));
	await Promise.all(tabs.map((tab) => tab.close()));
	await until(() => expect(world.sync.peopleAt(BOARD)).toEqual([{ id: 'vic', name: 'vic' }]));
	expect(world.sync.peopleAt('board-unknown1')).toEqual([]);
});
