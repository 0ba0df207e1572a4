import { mayOnBoard } from '#domain/board/roles';
import type { MediaServer } from '../ports/media-server.ts';
import { newId } from './ids.ts';
import type { Viewer } from './sessions.ts';
import type { Standings } from './standing.ts';

/** What a page needs to join a board's call. */
export type CallTicket = Readonly<{ token: string; identity: string }>;

export type Calls = ReturnType<typeof createCalls>;

type Deps = Readonly<{ standings: Standings; media: MediaServer }>;

/** The call of a board: who may join, and with what. */
export function createCalls({ standings, media }: Deps) {
	return {
		/**
		 * A ticket to the board's call with the least that this person needs there. `tab` tells the tabs of one person
		 * apart, since a repeated identity would throw the first one out. Refuses `call.off` and `call.down`.
		 */
		async join(by: Viewer, boardId: string, tab: string = newId()): Promise<CallTicket> {
			const { board, standing } = await standings.require(by.id, boardId, 'see');
			const identity = `${by.id}:${tab}`;
			const token = await media.token({
				room: board.id,
				identity,
				name: by.name,
				mayPublish: mayOnBoard(standing, 'speak'),
				mayShareScreen: mayOnBoard(standing, 'share-screen')
			});
			return { token, identity };
		}
	};
}
