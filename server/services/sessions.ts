import { and, eq, gt, inArray, isNull, lte } from 'drizzle-orm';
import { Lucia, TimeSpan, type Adapter } from 'lucia';
import type { Db } from '#schema/db';
import { account, boardLink, guest, person, session } from '#schema/index';
import { languageOf, type Language } from '#domain/team/language';
import type { Clock } from '../ports/clock.ts';
import type { Announcements } from './announcements.ts';
import { hashOf } from './ids.ts';
import { SHOWN } from './people.ts';

/** Whoever looks at a page or calls: someone with an account, or a guest of one board. */
export type Viewer = Readonly<{
	id: string;
	name: string;
	/** Null for guests. */
	email: string | null;
	guest: boolean;
	/** Null: what the browser asks for. */
	language: Language | null;
}>;

export type LiveSession = Readonly<{
	/** Names the session to ourselves; it is the digest of the secret in the cookie and opens nothing. */
	key: string;
	viewer: Viewer;
	/** In ms since 1970 UTC. */
	expiresAt: number;
	/** The expiry was moved just now: the browser's cookie should be sent again. */
	renewed: boolean;
}>;

/** A session as those see it who know its key and not its secret. */
export type AliveSession = Readonly<{ person: string; name: string; expiresAt: number }>;

/** What the browser is given to keep, once. */
export type NewSession = Readonly<{ token: string; expiresAt: number }>;

export type Sessions = ReturnType<typeof createSessions>;

declare module 'lucia' {
	interface Register {
		Lucia: Lucia<Record<never, never>, Kept>;
		DatabaseUserAttributes: Kept;
	}
}
type Kept = Omit<Viewer, 'id'> & Readonly<{ linkExpiresAt: Date | null }>;

/**
 * Sessions by lucia, stored as SHA-256 of the secret only. They last 30 days and move on by pages and calls, whose answers
 * can carry the cookie; a guest's also ends with the link they came by.
 */
export function createSessions({ db, clock, announce }: Readonly<{ db: Db; clock: Clock; announce: Announcements }>) {
	const stored = hashingAdapter(db, clock);
	const lucia = new Lucia(stored, {
		sessionExpiresIn: new TimeSpan(30, 'd'),
		getUserAttributes: (viewer) => viewer
	});

	function liveOf(
		token: string,
		{ expiresAt: ends }: Readonly<{ expiresAt: Date }>,
		{ id, name, email, guest: isGuest, language, linkExpiresAt }: Kept & Readonly<{ id: string }>,
		renewed: boolean
	): LiveSession | null {
		// Not told to lucia: it would take a session that ends with its link for one that is to be renewed.
		const expiresAt = Math.min(ends.getTime(), linkExpiresAt?.getTime() ?? Infinity);
		if (expiresAt <= clock.now()) return null;
		return { key: hashOf(token), viewer: { id, name, email, guest: isGuest, language }, expiresAt, renewed };
	}

	return {
		/** Starts a session. The secret is answered here and never again. */
		async start(personId: string): Promise<NewSession> {
			const started = await lucia.createSession(personId, {});
			return { token: started.id, expiresAt: started.expiresAt.getTime() };
		},
		/** Whose session this secret is, or null when there is none, it has ended, or the guest's link is gone. It moves the session on. */
		async read(token: string | null): Promise<LiveSession | null> {
			if (token === null) return null;
			const { session: live, user } = await lucia.validateSession(token);
			return live && liveOf(token, live, user, live.fresh);
		},
		/** The same without moving it on, for who cannot give the browser a cookie that lasts as long: sockets. */
		async look(token: string | null): Promise<LiveSession | null> {
			if (token === null) return null;
			const [live, user] = await stored.getSessionAndUser(token);
			return live && user && liveOf(token, live, { id: user.id, ...user.attributes }, false);
		},
		/** Of these sessions those that have not ended by the clock, by their keys, with whose they are. */
		async alive(keys: readonly string[]): Promise<ReadonlyMap<string, AliveSession>> {
			if (keys.length === 0) return new Map();
			const rows = await db
				.select({ key: session.idHash, person: session.personId, name: person.name, expiresAt: session.expiresAt })
				.from(session)
				.innerJoin(person, eq(person.id, session.personId))
				.where(and(inArray(session.idHash, [...new Set(keys)]), gt(session.expiresAt, new Date(clock.now()))));
			return new Map(rows.map(({ key, expiresAt, ...whose }) => [key, { ...whose, expiresAt: expiresAt.getTime() }]));
		},
		/** Signs out: the secret is worthless at once, and open sockets close. Unknown ones are no error. */
		async end(token: string): Promise<void> {
			await lucia.invalidateSession(token);
			announce.access({ kind: 'session', key: hashOf(token) });
		},
		/** Removes what ended long ago; nothing depends on when this runs. */
		sweep: (): Promise<void> => lucia.deleteExpiredSessions()
	};
}

/** lucia's storage: it hands over secrets, the records see their digests. */
function hashingAdapter(db: Db, clock: Clock): Adapter {
	return {
		async getSessionAndUser(secret) {
			const [found] = await db
				.select({
					...SHOWN,
					expiresAt: session.expiresAt,
					guest: person.guest,
					language: person.language,
					linkExpiresAt: boardLink.expiresAt,
					linkId: boardLink.id
				})
				.from(session)
				.innerJoin(person, eq(person.id, session.personId))
				.leftJoin(account, eq(account.personId, person.id))
				.leftJoin(guest, eq(guest.personId, person.id))
				.leftJoin(boardLink, and(eq(boardLink.id, guest.linkId), isNull(boardLink.withdrawnAt)))
				.where(eq(session.idHash, hashOf(secret)));
			if (!found || (found.guest && found.linkId === null)) return [null, null];
			const { id, name, email, guest: isGuest, expiresAt, linkExpiresAt } = found;
			return [
				{ id: secret, userId: id, expiresAt, attributes: {} },
				{ id, attributes: { name, email, guest: isGuest, language: languageOf(found.language), linkExpiresAt } }
			];
		},
		async getUserSessions(userId) {
			const rows = await db.select().from(session).where(eq(session.personId, userId));
			return rows.map((row) => ({ id: row.idHash, userId, expiresAt: row.expiresAt, attributes: {} }));
		},
		async setSession({ id, userId, expiresAt }) {
			await db.insert(session).values({ idHash: hashOf(id), personId: userId, expiresAt });
		},
		async updateSessionExpiration(id, expiresAt) {
			await db
				.update(session)
				.set({ expiresAt })
				.where(eq(session.idHash, hashOf(id)));
		},
		async deleteSession(id) {
			await db.delete(session).where(eq(session.idHash, hashOf(id)));
		},
		async deleteUserSessions(userId) {
			await db.delete(session).where(eq(session.personId, userId));
		},
		async deleteExpiredSessions() {
			await db.delete(session).where(lte(session.expiresAt, new Date(clock.now())));
		}
	};
}
