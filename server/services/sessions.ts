import { and, eq, gt, inArray, isNull, lte } from 'drizzle-orm';
import { Lucia, TimeSpan, type Adapter } from 'lucia';
import type { Db } from '#schema/db';
import { account, boardLink, guest, person, session } from '#schema/index';
import { languageOf, type Language } from '#domain/team/language';
import type { Clock } from '../ports/clock.ts';
import type { Announcements } from './announcements.ts';
import { hashOf } from './ids.ts';
import { SHOWN } from './people.ts';
import { together } from './together.ts';

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

	// Not by lucia: it asks of one at a time, and after a restart every browser comes at once.
	const look = together(async (tokens: readonly string[]): Promise<readonly (LiveSession | null)[]> => {
		const found = await findSessions(db, tokens);
		return tokens.map((token) => {
			const [live, viewer] = found.get(hashOf(token)) ?? [null, null];
			return live && viewer && liveOf(token, live, viewer, false);
		});
	});

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
			return token === null ? null : look(token);
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

/** By their digests, the sessions of these secrets and whose they are; guests whose link is gone have none. */
async function findSessions(
	db: Db,
	secrets: readonly string[]
): Promise<ReadonlyMap<string, [live: Readonly<{ expiresAt: Date }>, viewer: Kept & Readonly<{ id: string }>]>> {
	const rows = await db
		.select({
			...SHOWN,
			key: session.idHash,
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
		.where(inArray(session.idHash, [...new Set(secrets.map(hashOf))]));
	const there = rows.filter((row) => !row.guest || row.linkId !== null);
	return new Map(
		there.map(({ key, expiresAt, id, name, email, guest: isGuest, language, linkExpiresAt }) => [
			key,
			[{ expiresAt }, { id, name, email, guest: isGuest, language: languageOf(language), linkExpiresAt }]
		])
	);
}

/** lucia's storage: it hands over secrets, the records see their digests. */
function hashingAdapter(db: Db, clock: Clock): Adapter {
	return {
		async getSessionAndUser(secret) {
			const [live, viewer] = (await findSessions(db, [secret])).get(hashOf(secret)) ?? [null, null];
			if (!live || !viewer) return [null, null];
			const { id, ...attributes } = viewer;
			return [
				{ id: secret, userId: id, expiresAt: live.expiresAt, attributes: {} },
				{ id, attributes }
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
