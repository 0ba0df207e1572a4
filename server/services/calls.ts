import { mayOnBoard, type Standing } from '#domain/board/roles';
import type { AccessChange } from '#domain/wire/announcement';
import type { Clock } from '../ports/clock.ts';
import type { CallGrant, MediaServer } from '../ports/media-server.ts';
import { newId } from './ids.ts';
import type { Viewer } from './sessions.ts';
import type { BoardSeen, Standings } from './standing.ts';

/** What a page needs to join a board's call. */
export type CallTicket = Readonly<{ token: string; identity: string }>;

export type Calls = ReturnType<typeof createCalls>;

/** A call that nobody left for this long is not watched any more. */
const WATCHED_MS = 12 * 60 * 60 * 1000;

type Rights = Pick<CallGrant, 'mayPublish' | 'mayShareScreen'>;
type Given = Readonly<{
	room: string;
	identity: string;
	person: string;
	team: string;
	link: string | null;
	rights: Rights;
	at: number;
}>;

type Deps = Readonly<{ standings: Standings; media: MediaServer; clock: Clock }>;

/** The call of a board: who may join, with what, and who must leave. */
export function createCalls({ standings, media, clock }: Deps) {
	/** Tickets this node gave: a LiveKit token outlives a role, so who lost theirs is put out by hand. */
	const given = new Map<string, Given>();

	function remember(seen: BoardSeen, person: string, identity: string, rights: Rights): void {
		const at = clock.now();
		for (const [key, old] of given) if (at - old.at > WATCHED_MS) given.delete(key);
		const { id: room, teamId: team } = seen.board;
		given.set(`${room} ${identity}`, { room, identity, person, team, link: seen.link?.id ?? null, rights, at });
	}

	return {
		/**
		 * A ticket to the board's call with the least that this person needs there. `tab` tells the tabs of one person
		 * apart, since a repeated identity would throw the first one out. Refuses `call.off` and `call.down`.
		 */
		async join(by: Viewer, boardId: string, tab: string = newId()): Promise<CallTicket> {
			const seen = await standings.require(by.id, boardId, 'see');
			const identity = `${by.id}:${tab}`;
			const rights = rightsOf(seen.standing);
			const token = await media.token({ room: seen.board.id, identity, name: by.name, ...rights });
			remember(seen, by.id, identity, rights);
			return { token, identity };
		},
		/** Puts out of their calls all whom this change left with less than their ticket says. They may join again with what they have now. */
		async recheck(change: AccessChange): Promise<void> {
			for (const [key, one] of given) {
				if (!concerns(change, one)) continue;
				const seen = await standings.find(one.person, one.room);
				const now = seen && seen.board.deletedAt === null ? rightsOf(seen.standing) : null;
				const enough =
					now !== null && now.mayPublish >= one.rights.mayPublish && now.mayShareScreen >= one.rights.mayShareScreen;
				if (enough) continue;
				given.delete(key);
				await media.removeParticipant(one.room, one.identity);
			}
		}
	};
}

function rightsOf(standing: Standing): Rights {
	return { mayPublish: mayOnBoard(standing, 'speak'), mayShareScreen: mayOnBoard(standing, 'share-screen') };
}

/** A session's end is no change of what a person may: the page that ends it leaves its own call. */
function concerns(change: AccessChange, one: Given): boolean {
	switch (change.kind) {
		case 'session':
			return false;
		case 'person':
			return change.person === one.person;
		case 'board':
			return change.board === one.room;
		case 'link':
			return change.link === one.link;
		case 'team':
			return change.team === one.team;
	}
}
