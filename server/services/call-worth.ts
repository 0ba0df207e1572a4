import { and, eq } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { session as sessions } from '#schema/index';
import { mayOnBoard, type Standing } from '#domain/board/roles';
import type { Clock } from '../ports/clock.ts';
import type { CallGrant } from '../ports/media-server.ts';
import type { BoardSeen, Standings } from './standing.ts';

/** What a ticket lets its bearer send. */
export type Rights = Pick<CallGrant, 'mayPublish' | 'mayShareScreen'>;

/** Somebody's place in a board's call. */
export type Seat = Readonly<{
	room: string;
	person: string;
	/** Null where the ticket was not asked for by a session. */
	session: string | null;
}>;

type Deps = Readonly<{ db: Db; standings: Standings; clock: Clock }>;

/** Makes the answer to what a seat is worth by the records as they are now, and until when; null for nothing. */
export function createWorth({ db, standings, clock }: Deps) {
	async function endOfSession(key: string, person: string): Promise<number> {
		const [live] = await db
			.select({ expiresAt: sessions.expiresAt })
			.from(sessions)
			.where(and(eq(sessions.idHash, key), eq(sessions.personId, person)));
		return live?.expiresAt.getTime() ?? -Infinity;
	}

	return async ({ room, person, session }: Seat): Promise<Readonly<{ rights: Rights; until: number }> | null> => {
		const sessionEnd = session === null ? Infinity : await endOfSession(session, person);
		if (sessionEnd <= clock.now()) return null;
		const seen = await standings.find(person, room);
		if (!seen || seen.board.deletedAt !== null) return null;
		return { rights: rightsOf(seen.standing), until: Math.min(sessionEnd, endOf(seen.link)) };
	};
}

/** What this standing lets one send in a call. */
export function rightsOf(standing: Standing): Rights {
	return { mayPublish: mayOnBoard(standing, 'speak'), mayShareScreen: mayOnBoard(standing, 'share-screen') };
}

/** Whether a ticket gives no more than one has now. */
export function covers(now: Rights, ticket: Rights): boolean {
	return now.mayPublish >= ticket.mayPublish && now.mayShareScreen >= ticket.mayShareScreen;
}

/** When a guest's link ends by the clock, in ms since 1970 UTC; never for members and links without an end. */
export function endOf(link: BoardSeen['link']): number {
	return link?.expiresAt?.getTime() ?? Infinity;
}
