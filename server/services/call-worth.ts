import { mayOnBoard, type Standing } from '#domain/board/roles';
import type { CallGrant } from '../ports/media-server.ts';
import type { Sessions } from './sessions.ts';
import type { Standings } from './standing.ts';

/** What a ticket lets its bearer send. */
export type Rights = Pick<CallGrant, 'mayPublish' | 'mayShareScreen'>;

/** Somebody's place in a board's call. */
export type Seat = Readonly<{
	room: string;
	person: string;
	/** Null where the ticket was not asked for by a session. */
	session: string | null;
}>;

type Deps = Readonly<{ standings: Standings; sessions: Pick<Sessions, 'alive'> }>;

/**
 * Makes the answer to what seats are worth by the records as they are now, in the seats' order; null for nothing. However
 * many they are, it asks two questions.
 */
export function createWorth({ standings, sessions }: Deps) {
	return async (seats: readonly Seat[]): Promise<readonly (Rights | null)[]> => {
		const [alive, seen] = await Promise.all([
			sessions.alive(seats.flatMap(({ session }) => session ?? [])),
			standings.findAll(seats.map(({ person, room }) => ({ person, board: room })))
		]);
		return seats.map(({ person, session }, n) => {
			if (session !== null && alive.get(session)?.person !== person) return null;
			const there = seen[n];
			return there && there.board.deletedAt === null ? rightsOf(there.standing) : null;
		});
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
