/** Who is put out of a call and stays out, over real records and a call server that anyone can walk back into. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { session } from '#schema/index';
import type { Records } from '#schema/records';
import type { CallGrant } from '#server/ports/media-server';
import { freshRecords } from '../support/records.ts';
import { freshWorld } from '../support/services.ts';

const HOUR_MS = 60 * 60_000;

/** One for all tests: each has people, a team and a board of its own. */
let records: Records;
beforeAll(async () => {
	records = await freshRecords();
});
afterAll(() => records.close());

async function aBoard() {
	const world = await freshWorld({ records });
	const ada = await world.someone('Ada');
	const team = await world.teams.create(ada, 'Studio');
	const board = await world.boards.create(ada, team.id, 'Plan');
	return { world, ada, board };
}

type At = Awaited<ReturnType<typeof aBoard>>;

async function aGuest({ world, ada, board }: At, expiresAt: Date | null = null) {
	const link = await world.links.create(ada, board.id, { role: 'editor', expiresAt });
	return { link, guest: await world.guestBy(link.token) };
}

/** Joins as a browser does: with the session that asks. */
async function join({ world, board }: At, by: Readonly<{ token: string }>, tab: string) {
	const live = await world.sessions.read(by.token);
	if (!live) throw new Error('no session');
	const ticket = await world.calls.join(live.viewer, board.id, tab, live);
	world.enter(ticket.token);
	return { ...ticket, key: live.key };
}

async function aMember({ world, ada, board }: At, name = 'Bo') {
	const them = await world.someone(name);
	const { token } = await world.invitations.create(ada, board.team, { role: 'member' }, (t) => t);
	await world.invitations.accept(them, token, '192.0.2.7');
	return them;
}

test('who was put out and comes back with the old token is put out again, as often as they come', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const { link, guest } = await aGuest(at);
	const { identity, token } = await join(at, guest, 'tab');
	await world.links.withdraw(ada, board.id, link.id);
	await world.calls.recheck({ kind: 'link', link: link.id });
	expect(world.putOut).toEqual([identity]);
	await world.calls.watch();
	expect(world.putOut, 'nobody there, nobody to put out').toHaveLength(1);
	for (const times of [2, 3]) {
		world.enter(token);
		await world.calls.watch();
		expect(world.putOut).toHaveLength(times);
	}
});

test('whose removal was never heard of is put out all the same', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const bo = await aMember(at);
	const { identity } = await join(at, bo, 'tab');
	await join(at, ada, 'tab');
	await world.teams.remove(ada, board.team, bo.id);
	await world.calls.watch();
	expect(world.putOut).toEqual([identity]);
});

test('a node that has just started, or gave none of the tickets, puts out who may not be in', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const bo = await aMember(at);
	const { identity, token } = await join(at, bo, 'tab');
	const restarted = await freshWorld({ records });
	restarted.enter(token);
	await restarted.calls.recheck({ kind: 'person', person: bo.id });
	expect(restarted.putOut).toEqual([]);
	await world.teams.remove(ada, board.team, bo.id);
	await restarted.calls.recheck({ kind: 'person', person: bo.id });
	expect(restarted.putOut).toEqual([identity]);
});

test('rooms that are no boards of ours, and members who came by no token of ours, are left alone', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const { token } = await join(at, ada, 'tab');
	const grant = JSON.parse(token) as CallGrant;
	for (const other of [
		{ identity: 'theirs', room: 'of-another-product' },
		{ identity: 'recorder', pass: null },
		{ identity: 'forged', room: board.id }
	]) {
		world.enter(JSON.stringify({ ...grant, ...other }));
	}
	await world.calls.watch();
	expect(world.putOut).toEqual(['forged']);
});

test('who joins again with less stays; in with the older token, that gives more, nobody does', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const bo = await aMember(at);
	const first = await join(at, bo, 'tab');
	await world.boards.setRole(ada, board.id, bo.id, 'viewer');
	await world.calls.recheck({ kind: 'person', person: bo.id });
	expect(world.putOut).toEqual([first.identity]);
	const late = await join(at, bo, 'tab');
	await world.calls.watch();
	expect([...world.inCall.keys()]).toEqual([late.identity]);
	world.enter(first.token);
	await world.calls.watch();
	expect([...world.inCall.keys()]).toEqual([]);
});

test('who comes back with what they may have, while it is looked at what they had, is not put out for it', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const bo = await aMember(at);
	const first = await join(at, bo, 'tab');
	await world.boards.setRole(ada, board.id, bo.id, 'viewer');
	const live = await world.sessions.read(bo.token);
	const less = await world.calls.join(bo, board.id, 'tab', live);
	world.mediaServer.meanwhile = () => world.enter(less.token);
	await world.calls.recheck({ kind: 'board', board: board.id });
	expect(world.putOut).toEqual([]);
	expect([...world.inCall.keys()]).toEqual([less.identity]);
	// With the older token again: that stay is judged too, and without waiting for the next look at all.
	let times = 0;
	world.mediaServer.meanwhile = () => {
		if (++times === 1) world.enter(first.token);
	};
	await world.teams.remove(ada, board.team, bo.id);
	await world.calls.recheck({ kind: 'board', board: board.id });
	expect([...world.inCall.keys()]).toEqual([]);
});

test('a change at one board costs a look at its call alone', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	await join(at, ada, 'tab');
	const other = await world.boards.create(ada, board.team, 'Other');
	await join({ ...at, board: other }, ada, 'elsewhere');
	const { link, guest } = await aGuest(at);
	const { identity } = await join(at, guest, 'guest');
	await world.links.withdraw(ada, board.id, link.id);
	await world.calls.recheck({ kind: 'link', link: link.id });
	expect(world.putOut).toEqual([identity]);
	await world.boards.patch(ada, board.id, { deleted: true });
	await world.calls.recheck({ kind: 'board', board: board.id });
	expect([...world.inCall.values()].map(({ room }) => room)).toEqual([other.id]);
	expect(world.questions).toEqual({ rooms: 0, participants: [board.id, board.id] });
});

test('a storm of changes costs a few looks', async () => {
	const at = await aBoard();
	const { world, ada } = at;
	await join(at, ada, 'tab');
	await Promise.all(Array.from({ length: 500 }, () => world.calls.recheck({ kind: 'person', person: ada.id })));
	expect(world.questions.rooms).toBeLessThanOrEqual(3);
	expect(world.putOut).toEqual([]);
});

test('one person gets so many tickets a minute, and then hears when to come back', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	for (let n = 0; n < 30; n++) await world.calls.join(ada, board.id, `tab${n}`);
	await expect(world.calls.join(ada, board.id, 'one-more')).rejects.toMatchObject({
		code: 'rate.too-many',
		retryAfterS: expect.any(Number)
	});
	const { guest } = await aGuest(at);
	await world.calls.join(guest, board.id, 'tab');
});

test('signing out ends the calls of that session, and of no other of the same person', async () => {
	const at = await aBoard();
	const { world, ada } = at;
	const other = { ...ada, token: (await world.sessions.start(ada.id)).token };
	const { identity, key } = await join(at, ada, 'one');
	await join(at, other, 'two');
	await world.calls.recheck({ kind: 'session', key });
	expect(world.putOut, 'the session lives').toEqual([]);
	await world.sessions.end(ada.token);
	await world.calls.recheck({ kind: 'session', key });
	expect(world.putOut).toEqual([identity]);
});

test('a call ends with the guest link, without anyone saying so', async () => {
	const at = await aBoard();
	const { world } = at;
	const { guest } = await aGuest(at, new Date(world.clock.at + HOUR_MS));
	const { identity } = await join(at, guest, 'tab');
	world.clock.at += HOUR_MS - 1;
	await world.calls.watch();
	expect(world.putOut).toEqual([]);
	world.clock.at += 1;
	await world.calls.watch();
	expect(world.putOut).toEqual([identity]);
});

test('a call ends with the session, which may have moved on since the ticket', async () => {
	const at = await aBoard();
	const { world, ada } = at;
	const day = 24 * HOUR_MS;
	const { identity, key } = await join(at, ada, 'tab');
	const later = new Date(world.clock.at + 40 * day);
	await records.db.update(session).set({ expiresAt: later }).where(eq(session.idHash, key));
	world.clock.at += 31 * day;
	await world.calls.watch();
	expect(world.putOut).toEqual([]);
	world.clock.at = later.getTime();
	await world.calls.watch();
	expect(world.putOut).toEqual([identity]);
});

test('one who cannot be put out at once does not keep the others in, and is put out later', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const { link, guest } = await aGuest(at);
	const identities = [];
	for (const tab of ['one', 'two']) identities.push((await join(at, guest, tab)).identity);
	await world.links.withdraw(ada, board.id, link.id);
	world.mediaServer.broken = true;
	await world.calls.recheck({ kind: 'link', link: link.id });
	expect(world.putOut).toEqual([]);
	world.mediaServer.broken = false;
	await world.calls.watch();
	expect([...world.putOut].sort()).toEqual([...identities].sort());
});

test('records that do not answer are asked again', async () => {
	const at = await aBoard();
	const { world, ada } = at;
	const { identity, key } = await join(at, ada, 'tab');
	await world.sessions.end(ada.token);
	await records.db.execute(sql`alter table session rename to session_away`);
	try {
		await world.calls.recheck({ kind: 'session', key });
		expect(world.putOut).toEqual([]);
	} finally {
		await records.db.execute(sql`alter table session_away rename to session`);
	}
	await world.calls.watch();
	expect(world.putOut).toEqual([identity]);
});

test('a token opens a call only while the session that asked for it lives, at whichever node it knocks', async () => {
	const at = await aBoard();
	const { world, ada } = at;
	const elsewhere = await freshWorld({ records });
	const { token } = await join(at, ada, 'tab');
	expect(await elsewhere.calls.admits(token)).toBe(true);
	await world.sessions.end(ada.token);
	expect(await world.calls.admits(token)).toBe(false);
	expect(await elsewhere.calls.admits(token), 'that never heard of it').toBe(false);
});

test('a token opens nothing after its link was withdrawn, its board thrown away or its role lowered', async () => {
	const at = await aBoard();
	const { world, ada, board } = at;
	const bo = await aMember(at);
	const { link, guest } = await aGuest(at);
	const [adas, bos, guests] = [await join(at, ada, 'a'), await join(at, bo, 'b'), await join(at, guest, 'c')];
	expect(await Promise.all([adas, bos, guests].map(({ token }) => world.calls.admits(token)))).toEqual([
		true,
		true,
		true
	]);
	await world.links.withdraw(ada, board.id, link.id);
	expect(await world.calls.admits(guests.token)).toBe(false);
	await world.boards.setRole(ada, board.id, bo.id, 'viewer');
	expect(await world.calls.admits(bos.token), 'it would let a viewer speak').toBe(false);
	const less = await join(at, bo, 'b');
	expect(await world.calls.admits(less.token)).toBe(true);
	await world.boards.patch(ada, board.id, { deleted: true });
	expect(await world.calls.admits(adas.token)).toBe(false);
	expect(await world.calls.admits(less.token)).toBe(false);
});

test('what a token says of its session counts for its own seat only', async () => {
	const at = await aBoard();
	const { world, ada } = at;
	const [one, two] = [await join(at, ada, 'one'), await join(at, ada, 'two')];
	const [first, second] = [JSON.parse(one.token), JSON.parse(two.token)] as [CallGrant, CallGrant];
	expect(await world.calls.admits(JSON.stringify({ ...first, pass: second.pass }))).toBe(false);
	expect(JSON.stringify(first), 'everyone in the room sees it').not.toContain(one.key);
});
