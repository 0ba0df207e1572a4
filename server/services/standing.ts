import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { board, boardLink, boardRole, guest, member } from '#schema/index';
import { Refused } from '#domain/refusal';
import { mayOnBoard, roleOfMember, type BoardAction, type Standing } from '#domain/board/roles';
import type { Clock } from '../ports/clock.ts';
import { isId } from './ids.ts';

/** A board as somebody sees it, with what they may there. */
export type BoardSeen = Readonly<{
	board: typeof board.$inferSelect;
	standing: Standing;
	/** The link a guest came by, and when it ends. */
	link: Readonly<{ id: string; expiresAt: Date | null }> | null;
}>;

export type Standings = ReturnType<typeof createStandings>;

/** Answers what a person may at a board, from the records as they are now. */
export function createStandings({ db, clock }: { readonly db: Db; readonly clock: Clock }) {
	/** The board and the person's standing at it, or null when they may not know that it exists. Boards in the bin included. */
	async function find(personId: string, boardId: string): Promise<BoardSeen | null> {
		if (!isId(boardId)) return null;
		const [found] = await db
			.select({
				board,
				team: member.role,
				own: boardRole.role,
				link: { id: boardLink.id, role: boardLink.role, expiresAt: boardLink.expiresAt }
			})
			.from(board)
			.leftJoin(member, and(eq(member.teamId, board.teamId), eq(member.personId, personId)))
			.leftJoin(boardRole, and(eq(boardRole.boardId, board.id), eq(boardRole.personId, personId)))
			.leftJoin(guest, eq(guest.personId, personId))
			.leftJoin(
				boardLink,
				and(eq(boardLink.id, guest.linkId), eq(boardLink.boardId, board.id), isNull(boardLink.withdrawnAt))
			)
			.where(eq(board.id, boardId));
		if (!found) return null;
		if (found.team !== null) {
			return {
				board: found.board,
				standing: { role: roleOfMember(found.team, found.own), team: found.team },
				link: null
			};
		}
		if (!found.link || (found.link.expiresAt && found.link.expiresAt.getTime() <= clock.now())) return null;
		const { id, role, expiresAt } = found.link;
		return { board: found.board, standing: { role, team: null }, link: { id, expiresAt } };
	}

	return {
		find,
		/** The board for someone who wants to do this; `board.unknown` when it is not visible to them, `board.not-yours` when their role may not. */
		async require(personId: string, boardId: string, action: BoardAction): Promise<BoardSeen> {
			const seen = await find(personId, boardId);
			if (!seen || seen.board.deletedAt !== null) throw new Refused('board.unknown');
			if (!mayOnBoard(seen.standing, action)) throw new Refused('board.not-yours');
			return seen;
		},
		/** The same for a board that may lie in the bin, where only who may remove it can see it. */
		async requireFromBin(personId: string, boardId: string): Promise<BoardSeen> {
			const seen = await find(personId, boardId);
			if (!seen) throw new Refused('board.unknown');
			if (!mayOnBoard(seen.standing, 'remove')) {
				throw new Refused(seen.board.deletedAt === null ? 'board.not-yours' : 'board.unknown');
			}
			return seen;
		}
	};
}
