import { eq, sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { account, boardLink, invitation, person, session } from '#schema/index';
import { createBoards } from '#server/services/boards';
import type { Viewer } from '#server/services/sessions';
import { createStandings } from '#server/services/standing';
import { freshWorld, type World } from '../support/services.ts';

const FROM = '192.0.2.7';
const refused = (code: string) => expect.objectContaining({ code });

async function aTeam(world: World) {
	const ada = await world.someone('Ada');
	const team = await world.teams.create(ada, 'Studio');
	const { token } = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
	const bo = await world.someone('Bo');
	await world.invitations.accept(bo, token, FROM);
	const board = await world.boards.create(ada, team.id, 'Plan');
	return { ada, bo, team, board };
}

describe('accounts', () => {
	test('of two sign-ups at one moment with one address, whatever its case, one is refused', async () => {
		const { accounts, records } = await freshWorld();
		const both = await Promise.allSettled(
			['Ada@Example.org', 'ada@example.ORG'].map((email) =>
				accounts.signUp({ name: 'Ada', email, password: 'a long password' })
			)
		);
		expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(both.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'account.email-taken' } });
		const [people] = (await records.db.execute(sql`select count(*)::int as n from person`)).rows;
		expect(people, 'the refused one left nobody behind').toEqual({ n: 1 });
	});

	test('a wrong password and an unknown address are refused alike, after the same work', async () => {
		const { accounts, someone, passwords } = await freshWorld();
		const { email } = await someone('Ada');
		const before = passwords.work().verified;
		await expect(accounts.signIn(email, 'not the password', FROM)).rejects.toEqual(
			refused('session.wrong-credentials')
		);
		expect(passwords.work().verified - before).toBe(1);
		await expect(accounts.signIn('nobody@example.org', 'not the password', FROM)).rejects.toEqual(
			refused('session.wrong-credentials')
		);
		expect(passwords.work().verified - before, 'the unknown address cost a hash too').toBe(2);
	});

	test('at most two passwords are hashed at once', async () => {
		const { accounts, passwords } = await freshWorld();
		await Promise.all(
			Array.from({ length: 6 }, (_, n) =>
				accounts.signUp({ name: `P${n}`, email: `p${n}@example.org`, password: 'a long password' })
			)
		);
		expect(passwords.work().peak).toBe(2);
	});

	test('the password is stored as argon2id and nothing else of it', async () => {
		const { someone, records } = await freshWorld();
		const { id } = await someone('Ada');
		const [row] = await records.db.select().from(account).where(eq(account.personId, id));
		expect(row?.passwordHash).toMatch(/^\$argon2id\$/);
		expect(row?.passwordHash).not.toContain('a long password');
	});

	test.each([
		[{ name: ' \u0000\n ' }, 'account.name-empty'],
		[{ name: 'a'.repeat(81) }, 'input.too-long'],
		[{ email: 'ada' }, 'account.email-malformed'],
		[{ email: `${'a'.repeat(250)}@b.org` }, 'input.too-long'],
		[{ password: 'short' }, 'account.password-too-short'],
		[{ password: 'a'.repeat(201) }, 'account.password-too-long']
	])('bad input %j is refused as %s', async (bad, code) => {
		const { accounts } = await freshWorld();
		const good = { name: 'Ada', email: 'ada@example.org', password: 'a long password' };
		await expect(accounts.signUp({ ...good, ...bad })).rejects.toEqual(refused(code));
	});

	test('after too many failures even the right password has to wait, and other accounts do not', async () => {
		const world = await freshWorld({ limits: { 'sign-in by account': { failures: 3, withinS: 60 } } });
		const [ada, bo] = [await world.someone('Ada'), await world.someone('Bo')];
		for (let i = 0; i < 3; i++) {
			await expect(world.accounts.signIn(ada.email, 'not the password', FROM)).rejects.toThrow();
		}
		await expect(world.accounts.signIn(ada.email.toUpperCase(), 'a long password', FROM)).rejects.toMatchObject({
			code: 'rate.too-many',
			retryAfterS: expect.any(Number)
		});
		await expect(world.accounts.signIn(bo.email, 'a long password', FROM)).resolves.toBe(bo.id);
	});

	test('signing in rightly any number of times is never limited', async () => {
		const world = await freshWorld({ limits: { 'sign-in by account': { failures: 2, withinS: 60 } } });
		const ada = await world.someone('Ada');
		for (let i = 0; i < 4; i++) await world.accounts.signIn(ada.email, 'a long password', FROM);
	});

	test('sign-ups from one address are limited, whether they succeed or not, and other addresses go on', async () => {
		const { accounts } = await freshWorld({ limits: { 'sign-up by address': { failures: 2, withinS: 60 } } });
		const asked = (n: number) => ({ name: 'Ada', email: `ada${n}@example.org`, password: 'a long password' });
		await accounts.signUp(asked(1), FROM);
		await expect(accounts.signUp(asked(1), FROM)).rejects.toEqual(refused('account.email-taken'));
		await expect(accounts.signUp(asked(2), FROM)).rejects.toMatchObject({
			code: 'rate.too-many',
			retryAfterS: expect.any(Number)
		});
		await accounts.signUp(asked(2), '192.0.2.8');
		await accounts.signUp(asked(3));
	});

	test('who is not admitted costs no hash', async () => {
		const world = await freshWorld({ signUp: 'invited' });
		expect(await world.accounts.signUpIsOpen()).toBe(true);
		await world.someone('Ada');
		const before = world.passwords.work().hashed;
		const asked = { name: 'Eve', email: 'eve@example.org', password: 'a long password' };
		await expect(world.accounts.signUp(asked)).rejects.toEqual(refused('account.sign-up-invited-only'));
		expect(await world.accounts.signUpIsOpen()).toBe(false);
		expect(world.passwords.work().hashed).toBe(before);
	});

	test('guests from one address are limited, and other addresses go on', async () => {
		const world = await freshWorld({ limits: { 'guest by address': { failures: 2, withinS: 60 } } });
		const { ada, board } = await aTeam(world);
		const { token } = await world.links.create(ada, board.id, { role: 'viewer' });
		for (let i = 0; i < 2; i++) await world.guests.enter(token, 'Gast', { from: FROM });
		await expect(world.guests.enter(token, 'Gast', { from: FROM })).rejects.toEqual(refused('rate.too-many'));
		await world.guests.enter(token, 'Gast', { from: '192.0.2.8' });
	});

	test('where sign-up is by invitation, the first account is free and the second needs one for its address', async () => {
		const world = await freshWorld({ signUp: 'invited' });
		const ada = await world.someone('Ada');
		const asked = { name: 'Bo', email: 'bo@example.org', password: 'a long password' };
		await expect(world.accounts.signUp(asked)).rejects.toEqual(refused('account.sign-up-invited-only'));
		const team = await world.teams.create(ada, 'Studio');
		const { token } = await world.invitations.create(ada, team.id, { role: 'member', email: asked.email }, (t) => t);
		await expect(world.accounts.signUp({ ...asked, email: 'eve@example.org', invitation: token })).rejects.toEqual(
			refused('invitation.other-address')
		);
		await world.accounts.signUp({ ...asked, invitation: token });
	});
});

describe('sessions', () => {
	test('the secret of a session is in no column of the records', async () => {
		const { someone, records } = await freshWorld();
		const { token } = await someone('Ada');
		const rows = await records.db.select().from(session);
		expect(rows).toHaveLength(1);
		expect(JSON.stringify(rows)).not.toContain(token);
	});

	test('signing out makes the secret worthless and is announced by its key', async () => {
		const world = await freshWorld();
		const { token } = await world.someone('Ada');
		const live = await world.sessions.read(token);
		await world.sessions.end(token);
		expect(await world.sessions.read(token)).toBeNull();
		expect(world.said).toContainEqual({ topic: 'access', kind: 'session', key: live?.key });
	});

	test('a socket leaves a session as it is, so that the next page still gives the browser a cookie that lasts as long', async () => {
		const world = await freshWorld();
		const { ada, board } = await aTeam(world);
		const ends = new Date(Date.now() + 10 * 86_400_000);
		await world.records.db.update(session).set({ expiresAt: ends });
		expect(await world.access.admit(ada.cookie, board.id)).toMatchObject({ expiresAt: ends.getTime() });
		expect(await world.sessions.read(ada.token)).toMatchObject({ renewed: true });
	});

	test('an expired session is none, and one in the second half of its life moves on', async () => {
		const world = await freshWorld();
		const { token } = await world.someone('Ada');
		const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
		await world.records.db.update(session).set({ expiresAt: inDays(10) });
		const live = await world.sessions.read(token);
		expect(live).toMatchObject({ renewed: true });
		expect(live?.expiresAt).toBeGreaterThan(inDays(29).getTime());
		expect(await world.sessions.read(token)).toMatchObject({ renewed: false });
		await world.records.db.update(session).set({ expiresAt: inDays(-1) });
		expect(await world.sessions.read(token)).toBeNull();
	});

	test('a guest of a link that soon ends is read without writing, until it ends', async () => {
		const world = await freshWorld();
		const { ada, board } = await aTeam(world);
		const expiresAt = new Date(world.clock.at + 60_000);
		const link = await world.links.create(ada, board.id, { role: 'viewer', expiresAt });
		const guest = await world.guestBy(link.token);
		const kept = await world.records.db.select().from(session).where(eq(session.personId, guest.id));
		expect(await world.sessions.read(guest.token)).toMatchObject({ renewed: false, expiresAt: expiresAt.getTime() });
		expect(await world.records.db.select().from(session).where(eq(session.personId, guest.id))).toEqual(kept);
		world.clock.at = expiresAt.getTime();
		expect(await world.sessions.read(guest.token)).toBeNull();
	});

	test('sessions that have ended by the clock are swept, and no others', async () => {
		const world = await freshWorld();
		await world.someone('Ada');
		await world.sessions.sweep();
		expect(await world.records.db.$count(session)).toBe(1);
		world.clock.at += 31 * 86_400_000;
		await world.sessions.sweep();
		expect(await world.records.db.$count(session)).toBe(0);
	});
});

describe('people', () => {
	test('a new name is kept as one line, announced, and there at the next admission and the next question', async () => {
		const world = await freshWorld();
		const { bo, board } = await aTeam(world);
		const admission = await world.access.admit(bo.cookie, board.id);
		expect(await world.people.patch(bo, { name: ' Bo\n\u202eBrand ' })).toMatchObject({ id: bo.id, name: 'Bo Brand' });
		expect(world.said).toContainEqual({ topic: 'access', kind: 'person', person: bo.id });
		expect(await world.access.again(admission)).toMatchObject({ person: { name: 'Bo Brand' } });
		expect(await world.access.admit(bo.cookie, board.id)).toMatchObject({ person: { name: 'Bo Brand' } });
		await expect(world.people.patch(bo, { name: '\u200b' })).rejects.toEqual(refused('account.name-empty'));
		await expect(world.people.patch(bo, { name: 'x'.repeat(81) })).rejects.toEqual(refused('input.too-long'));
	});

	test('a language is kept and taken back, and the name stays', async () => {
		const world = await freshWorld();
		const ada = await world.someone('Ada');
		await world.people.patch(ada, { language: 'nl' });
		expect((await world.sessions.read(ada.token))?.viewer).toMatchObject({ name: 'Ada', language: 'nl' });
		await world.people.patch(ada, { language: null });
		expect((await world.sessions.read(ada.token))?.viewer.language).toBeNull();
	});
});

describe('teams and invitations', () => {
	test('a team is made though its welcome board could not be', async () => {
		const world = await freshWorld();
		const ada = await world.someone('Ada');
		world.documents.broken = true;
		const team = await world.teams.create(ada, 'Studio');
		expect(await world.teams.of(ada.id)).toEqual([{ id: team.id, name: 'Studio', role: 'owner' }]);
		expect(await world.boards.list(ada, team.id)).toEqual([]);
	});

	test('an invitation says who invites and to what, and only the latter once they are gone', async () => {
		const world = await freshWorld();
		const { ada, team } = await aTeam(world);
		const { token } = await world.invitations.create(ada, team.id, { role: 'admin' }, (t) => t);
		expect(await world.invitations.look(token, FROM)).toEqual({
			team: team.id,
			teamName: 'Studio',
			role: 'admin',
			email: null,
			by: 'Ada'
		});
		await world.records.db.delete(person).where(eq(person.id, ada.id));
		expect(await world.invitations.look(token, FROM)).toMatchObject({ teamName: 'Studio', by: null });
	});

	test('names and titles with half characters or NUL are kept without them', async () => {
		const world = await freshWorld();
		const { ada, team, board } = await aTeam(world);
		expect(await world.boards.patch(ada, board.id, { title: 'a\u0000b\ud800c' })).toMatchObject({ title: 'a bc' });
		expect(await world.teams.create(ada, '\udc00T\u0000')).toMatchObject({ name: 'T' });
		for (const unseen of ['\ud800', '\u200b', '\u202e\u202c']) {
			await expect(world.boards.create(ada, team.id, unseen)).rejects.toEqual(refused('board.title-empty'));
			await expect(world.teams.create(ada, unseen)).rejects.toEqual(refused('team.name-empty'));
		}
		await expect(world.boards.setRole(ada, board.id, 'a\u0000bcdefgh', 'viewer')).rejects.toEqual(
			refused('team.member-unknown')
		);
	});

	test('a new team has its maker as owner and one welcome board whose content is in the log', async () => {
		const world = await freshWorld();
		const ada = await world.someone('Ada');
		const team = await world.teams.create(ada, '  Studio <b>  ');
		expect(await world.teams.of(ada.id)).toEqual([{ id: team.id, name: 'Studio <b>', role: 'owner' }]);
		const [board, ...more] = await world.boards.list(ada, team.id);
		expect(more).toEqual([]);
		expect(board).toMatchObject({ role: 'facilitator', sync: `/sync/${board?.id}` });
		const [row] = world.appended;
		expect(row?.doc).toBe(board?.id);
		const doc = new Y.Doc();
		Y.applyUpdate(doc, row?.update ?? new Uint8Array());
		expect(doc.getMap('meta').get('language')).toBe('en');
	});

	test('a team is unknown to who is not in it', async () => {
		const world = await freshWorld();
		const { team } = await aTeam(world);
		const eve = await world.someone('Eve');
		await expect(world.teams.read(eve, team.id)).rejects.toEqual(refused('team.unknown'));
		await expect(world.boards.list(eve, team.id)).rejects.toEqual(refused('team.unknown'));
		await expect(world.boards.create(eve, team.id, 'Mine')).rejects.toEqual(refused('team.unknown'));
	});

	test('an invitation is accepted once and again with one outcome', async () => {
		const world = await freshWorld();
		const { ada, team } = await aTeam(world);
		const { token } = await world.invitations.create(ada, team.id, { role: 'admin' }, (t) => t);
		const cy = await world.someone('Cy');
		expect(await world.invitations.accept(cy, token, FROM)).toBe(team.id);
		expect(await world.invitations.accept(cy, token, FROM)).toBe(team.id);
		expect(await world.invitations.accept(ada, token, FROM), 'an owner stays one').toBe(team.id);
		expect((await world.teams.read(ada, team.id)).role).toBe('owner');
		expect((await world.teams.read(cy, team.id)).role).toBe('admin');
	});

	test('a member invites members only, and does not see the link that would make them admin', async () => {
		const world = await freshWorld();
		const { ada, bo, team } = await aTeam(world);
		await expect(world.invitations.create(bo, team.id, { role: 'admin' }, (t) => t)).rejects.toEqual(
			refused('team.not-yours')
		);
		const admins = await world.invitations.create(ada, team.id, { role: 'admin' }, (t) => t);
		expect((await world.invitations.list(ada, team.id)).map((one) => one.token)).toContain(admins.token);
		expect((await world.invitations.list(bo, team.id)).map((one) => one.role)).toEqual(['member']);
		await expect(world.invitations.withdraw(bo, team.id, admins.id)).rejects.toEqual(refused('team.not-yours'));
	});

	test('an invitation for an address is mailed there and is for nobody else', async () => {
		const world = await freshWorld();
		const { ada, team } = await aTeam(world);
		const cy = await world.someone('Cy');
		const made = await world.invitations.create(
			ada,
			team.id,
			{ role: 'member', email: cy.email.toUpperCase() },
			(token) => `https://nabij.test/join/${token}`
		);
		expect(made.mailed).toBe(true);
		expect(world.mails).toEqual([
			expect.objectContaining({ to: cy.email.toUpperCase(), text: expect.stringContaining(`/join/${made.token}`) })
		]);
		const eve = await world.someone('Eve');
		await expect(world.invitations.accept(eve, made.token, FROM)).rejects.toEqual(refused('invitation.other-address'));
		expect(await world.invitations.accept(cy, made.token, FROM)).toBe(team.id);
	});

	test('when the mail server is away the invitation can still be copied', async () => {
		const world = await freshWorld();
		const { ada, team } = await aTeam(world);
		world.mailer.broken = true;
		const made = await world.invitations.create(ada, team.id, { role: 'member', email: 'cy@example.org' }, (t) => t);
		expect(made.mailed).toBe(false);
		expect((await world.invitations.list(ada, team.id)).map((one) => one.token)).toContain(made.token);
	});

	test('an invitation ends after 14 days, and at once when it is withdrawn', async () => {
		const world = await freshWorld();
		const { ada, team } = await aTeam(world);
		const eve = await world.someone('Eve');
		const old = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		world.clock.at += 14 * 86_400_000;
		await expect(world.invitations.accept(eve, old.token, FROM)).rejects.toEqual(refused('invitation.expired'));
		expect(await world.invitations.list(ada, team.id)).toEqual([]);
		const young = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		await world.invitations.withdraw(ada, team.id, young.id);
		await expect(world.invitations.accept(eve, young.token, FROM)).rejects.toEqual(refused('invitation.unknown'));
	});

	test('the records hold an invitation neither as it is nor under another key', async () => {
		const world = await freshWorld();
		const { ada, team } = await aTeam(world);
		const { token } = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		const rows = await world.records.db.select().from(invitation);
		expect(JSON.stringify(rows)).not.toContain(token);
		expect(Buffer.from(token, 'base64url').length * 8).toBeGreaterThanOrEqual(128);
	});

	test('guessing tokens is stopped by address', async () => {
		const world = await freshWorld({ limits: { 'token by address': { failures: 3, withinS: 60 } } });
		for (let i = 0; i < 3; i++)
			await expect(world.guests.look(`guess${i}`, FROM)).rejects.toEqual(refused('link.unknown'));
		await expect(world.invitations.look('guess', FROM)).rejects.toEqual(refused('rate.too-many'));
		await expect(world.guests.look('guess', '192.0.2.8')).rejects.toEqual(refused('link.unknown'));
	});

	test('who has a good link gets in, whatever others at the same address tried', async () => {
		const world = await freshWorld({ limits: { 'token by address': { failures: 1, withinS: 60 } } });
		const { ada, team } = await aTeam(world);
		const { token } = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		await expect(world.invitations.look('guess', FROM)).rejects.toEqual(refused('invitation.unknown'));
		await expect(world.invitations.look('guess', FROM)).rejects.toEqual(refused('rate.too-many'));
		await expect(world.invitations.look(token, FROM)).resolves.toMatchObject({ team: team.id });
		await world.invitations.accept(await world.someone('Cy'), token, FROM);
	});

	test('the last owner stays, of two owners who leave at one moment one stays, and who leaves is announced', async () => {
		const world = await freshWorld();
		const { ada, bo, team } = await aTeam(world);
		await expect(world.teams.remove(ada, team.id, ada.id)).rejects.toEqual(refused('team.last-owner'));
		await world.teams.setRole(ada, team.id, bo.id, 'owner');
		const both = await Promise.allSettled([ada, bo].map((who) => world.teams.remove(who, team.id, who.id)));
		expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(world.said).toContainEqual(expect.objectContaining({ topic: 'access', kind: 'person' }));
	});
});

describe('owners', () => {
	test('of two who lower each other at one moment one stays an owner, and the other lowers nobody', async () => {
		const world = await freshWorld();
		const { ada, bo, team } = await aTeam(world);
		await world.teams.setRole(ada, team.id, bo.id, 'owner');
		const cy = await world.someone('Cy');
		const { token } = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		await world.invitations.accept(cy, token, FROM);
		await world.teams.setRole(ada, team.id, cy.id, 'owner');
		const both = await Promise.allSettled([
			world.teams.setRole(ada, team.id, bo.id, 'member'),
			world.teams.setRole(bo, team.id, ada.id, 'member')
		]);
		expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(both.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'team.not-yours' } });
	});
});

describe('boards, links and guests', () => {
	test('a board whose content could not be removed stays in the records, and keeps no other in the bin', async () => {
		const world = await freshWorld();
		const { ada, team, board } = await aTeam(world);
		const other = await world.boards.create(ada, team.id, 'Other');
		for (const { id } of [board, other]) await world.boards.remove(ada, id);
		let broken = true;
		const boards = createBoards({
			db: world.records.db,
			clock: world.clock,
			store: {
				append: async () => [],
				epochsOf: async () => [1],
				remove: async (doc) => {
					if (broken && doc === board.id) throw new Error('the disk does not answer');
				}
			},
			announce: { access: () => {}, board: () => {} },
			standings: createStandings({ db: world.records.db, clock: world.clock }),
			teams: () => world.teams,
			welcomeBoard: () => {}
		});
		const binned = async () => (await boards.list(ada, team.id, { bin: true })).map(({ id }) => id);
		world.clock.at += 31 * 86_400_000;
		await expect(boards.emptyBin()).rejects.toThrow('stayed in the bin');
		expect(await binned()).toEqual([board.id]);
		broken = false;
		await boards.emptyBin();
		expect(await binned()).toEqual([]);
	});

	test('a board in the bin is unknown to all but who may take it out, and comes back as it was', async () => {
		const world = await freshWorld();
		const { ada, bo, board } = await aTeam(world);
		await expect(world.boards.remove(bo, board.id)).rejects.toEqual(refused('board.not-yours'));
		await world.boards.remove(ada, board.id);
		expect(world.said).toContainEqual({ topic: 'board', board: board.id, deleted: true });
		expect(world.said).toContainEqual({ topic: 'access', kind: 'board', board: board.id });
		await expect(world.boards.read(bo, board.id)).rejects.toEqual(refused('board.unknown'));
		await expect(world.boards.patch(bo, board.id, { deleted: false })).rejects.toEqual(refused('board.unknown'));
		expect(await world.boards.patch(ada, board.id, { deleted: false })).toMatchObject({
			title: 'Plan',
			deleted: false
		});
		expect(await world.boards.read(bo, board.id)).toMatchObject({ role: 'editor' });
	});

	test('after 30 days in the bin a board is gone for good', async () => {
		const world = await freshWorld();
		const { ada, board } = await aTeam(world);
		await world.boards.remove(ada, board.id);
		world.clock.at += 29 * 86_400_000;
		await world.boards.emptyBin();
		await world.boards.patch(ada, board.id, { deleted: false });
		await world.boards.remove(ada, board.id);
		world.clock.at += 31 * 86_400_000;
		await world.boards.emptyBin();
		await expect(world.boards.patch(ada, board.id, { deleted: false })).rejects.toEqual(refused('board.unknown'));
	});

	test('a title is one line, kept as typed otherwise, announced, and bounded', async () => {
		const world = await freshWorld();
		const { bo, board } = await aTeam(world);
		const patched = await world.boards.patch(bo, board.id, { title: ' <script>\n1</script>\u0000 ' });
		expect(patched.title).toBe('<script> 1</script>');
		expect(world.said).toContainEqual({ topic: 'board', board: board.id, title: patched.title });
		await expect(world.boards.patch(bo, board.id, { title: 'x'.repeat(100_000) })).rejects.toEqual(
			refused('input.too-long')
		);
		await expect(world.boards.patch(bo, board.id, { title: ' ' })).rejects.toEqual(refused('board.title-empty'));
	});

	test('a guest has the role of the link, on its board only, and may not share it', async () => {
		const world = await freshWorld();
		const { ada, team, board } = await aTeam(world);
		const other = await world.boards.create(ada, team.id, 'Other');
		const link = await world.links.create(ada, board.id, { role: 'editor' });
		const guest = await world.guestBy(link.token);
		expect(await world.boards.read(guest, board.id)).toMatchObject({ role: 'editor', standing: { team: null } });
		await expect(world.boards.read(guest, other.id)).rejects.toEqual(refused('board.unknown'));
		await expect(world.links.list(guest, board.id)).rejects.toEqual(refused('board.not-yours'));
		await expect(world.boards.patch(guest, board.id, { title: 'Mine' })).rejects.toEqual(refused('board.not-yours'));
		await expect(world.teams.create(guest, 'Mine')).rejects.toEqual(refused('account.needed'));
	});

	test('a link shows itself again to who may share, and is nowhere in the records', async () => {
		const world = await freshWorld();
		const { ada, bo, board } = await aTeam(world);
		const { token } = await world.links.create(ada, board.id, { role: 'viewer' });
		expect((await world.links.list(bo, board.id)).map((one) => one.token)).toEqual([token]);
		expect(JSON.stringify(await world.records.db.select().from(boardLink))).not.toContain(token);
	});

	test('a withdrawn link ends the sessions of its guests and of nobody else', async () => {
		const world = await freshWorld();
		const { ada, board } = await aTeam(world);
		const [one, two] = [
			await world.links.create(ada, board.id, { role: 'viewer' }),
			await world.links.create(ada, board.id, { role: 'viewer' })
		];
		const [gone, stays] = [await world.guestBy(one.token), await world.guestBy(two.token)];
		const admission = await world.access.admit(gone.cookie, board.id);
		await world.links.withdraw(ada, board.id, one.id);
		expect(world.said).toContainEqual({ topic: 'access', kind: 'link', link: one.id });
		expect(await world.access.again(admission)).toBe('ended');
		expect(await world.sessions.read(gone.token)).toBeNull();
		expect(await world.sessions.read(stays.token)).not.toBeNull();
		await expect(world.guestBy(one.token)).rejects.toEqual(refused('link.unknown'));
		await expect(world.links.withdraw(ada, board.id, one.id)).rejects.toEqual(refused('link.unknown'));
	});

	test('a link that expires takes its guests along', async () => {
		const world = await freshWorld();
		const { ada, board } = await aTeam(world);
		const expiresAt = new Date(world.clock.at + 60_000);
		const link = await world.links.create(ada, board.id, { role: 'commenter', expiresAt });
		const guest = await world.guestBy(link.token);
		const admission = await world.access.admit(guest.cookie, board.id);
		expect(admission).toMatchObject({ expiresAt: expiresAt.getTime(), linkId: link.id, person: { role: 'commenter' } });
		world.clock.at = expiresAt.getTime();
		expect(await world.access.again(admission)).toBe('ended');
		expect(await world.links.list(ada, board.id)).toEqual([]);
		await expect(world.links.create(ada, board.id, { role: 'viewer', expiresAt })).rejects.toEqual(
			refused('link.expiry-past')
		);
	});
});

describe('access to documents', () => {
	test('admits by cookie, and tells no session from no board', async () => {
		const world = await freshWorld();
		const { bo, team, board } = await aTeam(world);
		const eve = await world.someone('Eve');
		expect(await world.access.admit(bo.cookie, board.id)).toMatchObject({
			person: { id: bo.id, name: 'Bo', role: 'editor', guest: false },
			board: board.id,
			team: team.id,
			linkId: null,
			document: { id: board.id, kind: 'board', schema: 1 },
			standing: { role: 'editor', team: 'member' }
		});
		await expect(world.access.admit(undefined, board.id)).rejects.toEqual(refused('session.none'));
		await expect(world.access.admit('nabij_session=made-up-and-long-enough', board.id)).rejects.toEqual(
			refused('session.none')
		);
		await expect(world.access.admit(eve.cookie, board.id)).rejects.toEqual(refused('board.unknown'));
		await expect(world.access.admit(bo.cookie, 'unknown-document')).rejects.toEqual(refused('board.unknown'));
		await expect(world.access.admit(bo.cookie, '%00../')).rejects.toEqual(refused('board.unknown'));
		await expect(world.access.admit(`${bo.cookie}; ${eve.cookie}`, board.id)).rejects.toEqual(
			refused('input.two-cookies')
		);
	});

	test('who comes, or is asked again, in one turn is looked up together, and each hears what concerns them', async () => {
		const world = await freshWorld();
		const { ada, bo, board } = await aTeam(world);
		const eve = await world.someone('Eve');
		const cookies = [ada.cookie, bo.cookie, eve.cookie, 'nabij_session=made-up-and-long-enough', undefined, bo.cookie];
		const questions = vi.spyOn(world.records.db, 'select');
		const came = await Promise.allSettled(cookies.map((cookie) => world.access.admit(cookie, board.id)));
		expect(questions).toHaveBeenCalledTimes(3);
		const admitted = came.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
		expect(admitted.map(({ person }) => person.name)).toEqual(['Ada', 'Bo', 'Bo']);
		expect(came.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toEqual(
			['board.unknown', 'session.none', 'session.none'].map((code) => refused(code))
		);

		await world.sessions.end(ada.token);
		questions.mockClear();
		const again = await Promise.all(admitted.map((admission) => world.access.again(admission)));
		expect(again).toMatchObject(['ended', { person: { name: 'Bo' } }, { person: { name: 'Bo' } }]);
		expect(questions).toHaveBeenCalledTimes(3);
	});

	test('asked again it knows a lowered role, a removal, a board in the bin and a sign-out', async () => {
		const world = await freshWorld();
		const { ada, bo, team, board } = await aTeam(world);
		const admission = await world.access.admit(bo.cookie, board.id);
		await world.boards.setRole(ada, board.id, bo.id, 'viewer');
		expect(world.said).toContainEqual({ topic: 'access', kind: 'person', person: bo.id });
		expect(await world.access.again(admission)).toMatchObject({ standing: { role: 'viewer' } });
		await world.boards.remove(ada, board.id);
		expect(await world.access.again(admission)).toBe('gone');
		await world.boards.patch(ada, board.id, { deleted: false });
		expect(await world.access.again(admission)).toMatchObject({ standing: { role: 'viewer' } });
		await world.teams.remove(ada, team.id, bo.id);
		expect(await world.access.again(admission)).toBe('gone');
		await world.sessions.end(bo.token);
		expect(await world.access.again(admission)).toBe('ended');
	});
});

describe('mail', () => {
	const asked = (n: number) => ({ role: 'member' as const, email: `p${n}@example.org` });
	const tooMany = { code: 'rate.too-many', retryAfterS: expect.any(Number) };

	test.each(['mail by person', 'mail by team'] as const)(
		'invitations with an address are bounded: %s',
		async (kind) => {
			const world = await freshWorld({ limits: { [kind]: { failures: 2, withinS: 60 } } });
			const { ada, team } = await aTeam(world);
			for (const n of [1, 2]) await world.invitations.create(ada, team.id, asked(n), (t) => t);
			await expect(world.invitations.create(ada, team.id, asked(3), (t) => t)).rejects.toMatchObject(tooMany);
			expect(world.mails).toHaveLength(2);
			expect(await world.invitations.list(ada, team.id), 'the refused one was not made').toHaveLength(3);
			await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		}
	);

	test('nobody is mailed again and again by one team or one person, who take nothing from any other', async () => {
		const [once, tenTimes] = [1, 10].map((failures) => ({ failures, withinS: 60 }));
		const limits = { 'mail to address by team': once, 'mail to address by person': once, 'mail by person': tenTimes };
		const world = await freshWorld({ limits });
		const { ada, team } = await aTeam(world);
		const eve = await world.someone('Eve');
		const { token } = await world.invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		await world.invitations.accept(eve, token, FROM);
		const [adas, eves] = [await world.teams.create(ada, 'Second'), await world.teams.create(eve, 'Other')];
		const invite = (by: Viewer, to: { readonly id: string }) =>
			world.invitations.create(by, to.id, { role: 'member', email: ' Bo@Example.org ' }, (t) => t);
		await world.invitations.create(ada, team.id, { role: 'member', email: 'bo@example.org' }, (t) => t);
		await expect(invite(eve, team), 'the same team').rejects.toMatchObject(tooMany);
		await expect(invite(ada, adas), 'the same person').rejects.toMatchObject(tooMany);
		await expect(invite(eve, eves)).resolves.toMatchObject({ mailed: true });
	});

	test('what reaches one address is bounded, however many people and teams send it', async () => {
		const world = await freshWorld({ limits: { 'mail to address': { failures: 2, withinS: 60 } } });
		const invited = [];
		for (const name of ['Ada', 'Eve', 'Mallory']) {
			const someone = await world.someone(name);
			const { id } = await world.teams.create(someone, name);
			invited.push(world.invitations.create(someone, id, { role: 'member', email: 'bo@example.org' }, (t) => t));
		}
		const outcomes = await Promise.allSettled(invited);
		expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
	});

	test('what one bound refuses is taken from no other', async () => {
		const [once, twice] = [1, 2].map((failures) => ({ failures, withinS: 60 }));
		const limits = { 'mail to address by person': once, 'mail by person': twice, 'mail by team': twice };
		const world = await freshWorld({ limits });
		const { ada, team } = await aTeam(world);
		await world.invitations.create(ada, team.id, asked(1), (t) => t);
		for (let n = 0; n < 3; n++) {
			await expect(world.invitations.create(ada, team.id, asked(1), (t) => t)).rejects.toMatchObject(tooMany);
		}
		await world.invitations.create(ada, team.id, asked(2), (t) => t);
		await expect(world.invitations.create(ada, team.id, asked(3), (t) => t)).rejects.toMatchObject(tooMany);
	});
});

describe('leftovers', () => {
	const DAY_MS = 86_400_000;

	test('ended invitations and links stay for a month, and what still works stays', async () => {
		const world = await freshWorld();
		const { ada, team, board } = await aTeam(world);
		const { clock, records, links, invitations, leftovers } = world;
		const rows = async () =>
			(await Promise.all([invitation, boardLink].map((one) => records.db.select().from(one)))).map((one) => one.length);
		const withdrawn = await links.create(ada, board.id, { role: 'viewer' });
		await links.withdraw(ada, board.id, withdrawn.id);
		await links.create(ada, board.id, { role: 'viewer', expiresAt: new Date(clock.at + DAY_MS) });
		const { id } = await links.create(ada, board.id, { role: 'viewer' });
		clock.at += 29 * DAY_MS;
		await leftovers.sweep();
		expect(await rows()).toEqual([1, 3]);
		clock.at += 16 * DAY_MS;
		await invitations.create(ada, team.id, { role: 'member' }, (t) => t);
		await leftovers.sweep();
		expect(await rows()).toEqual([1, 1]);
		expect((await records.db.select().from(boardLink)).map((one) => one.id)).toEqual([id]);
	});

	test('a guest is removed when nobody can come back as them; people with an account stay', async () => {
		const world = await freshWorld();
		const { ada, team, board } = await aTeam(world);
		const { clock, records, links, boards, leftovers } = world;
		const names = async () => (await records.db.select().from(person)).map(({ name }) => name).sort();
		const guestAt = async (id: string, name: string) =>
			world.guestBy((await links.create(ada, id, { role: 'viewer' })).token, name);
		const gone = await boards.create(ada, team.id, 'Gone');
		await guestAt(gone.id, 'Of a gone board');
		const left = await guestAt(board.id, 'Signed out');
		await guestAt(board.id, 'Still there');
		await world.sessions.end(left.token);
		await boards.remove(ada, gone.id);
		await leftovers.sweep();
		expect(await names(), 'who has just come in').toHaveLength(5);
		clock.at += 31 * DAY_MS;
		await boards.emptyBin();
		await records.db.update(session).set({ expiresAt: new Date(clock.at + DAY_MS) });
		await leftovers.sweep();
		expect(await names()).toEqual(['Ada', 'Bo', 'Still there']);
		clock.at += 2 * DAY_MS;
		await leftovers.sweep();
		expect(await names(), 'all sessions have ended').toEqual(['Ada', 'Bo']);
	});
});

describe('calls', () => {
	test('a ticket says what the role may and no more, and one tab is not another', async () => {
		const world = await freshWorld();
		const { ada, board } = await aTeam(world);
		for (const role of ['viewer', 'commenter', 'editor'] as const) {
			const link = await world.links.create(ada, board.id, { role });
			await world.calls.join(await world.guestBy(link.token), board.id, 'tab');
		}
		expect(world.tickets.map(({ room, mayPublish, mayShareScreen }) => [room, mayPublish, mayShareScreen])).toEqual([
			[board.id, false, false],
			[board.id, true, false],
			[board.id, true, true]
		]);
		const [one, two] = [await world.calls.join(ada, board.id), await world.calls.join(ada, board.id)];
		expect(one.identity).not.toBe(two.identity);
		expect(one.identity.split(':')[0]).toBe(ada.id);
	});

	test('who lost the right to be in a call is put out of it, and only they', async () => {
		const world = await freshWorld();
		const { ada, bo, board } = await aTeam(world);
		for (const one of [ada, bo]) world.enter((await world.calls.join(one, board.id, 'tab')).token);
		await world.boards.setRole(ada, board.id, bo.id, 'viewer');
		await world.calls.recheck({ kind: 'person', person: bo.id });
		await world.calls.recheck({ kind: 'board', board: board.id });
		expect(world.putOut).toEqual([`${bo.id}:tab`]);
	});
});
