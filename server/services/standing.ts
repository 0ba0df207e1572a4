import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { board, boardLink, boardRole, guest, member, person } from '#schema/index';
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

type Found = Readonly<{
	board: typeof board.$inferSelect;
	team: typeof member.$inferSelect.role | null;
	own: typeof boardRole.$inferSelect.role | null;
	link: Pick<typeof boardLink.$inferSelect, 'id' | 'role' | 'expiresAt'> | null;
}>;

/** Answers what a person may at a board, from the records as they are now. */
export function createStandings({ db, clock }: { readonly db: Db; readonly clock: Clock }) {
	/** What `find` says of each of these people at these boards, in their order and by one question. */
	async function findAll(
		asked: readonly Readonly<{ person: string; board: string }>[]
	): Promise<readonly (BoardSeen | null)[]> {
		const known = asked.filter((one) => isId(one.board));
		if (known.length === 0) return asked.map(() => null);
		// Joined one after the other: a condition on both columns at once would make the database look at every pair there is.
		const people = sql.param(known.map((one) => one.person));
		const boards = sql.param(known.map((one) => one.board));
		const pair = sql`(select distinct * from unnest(${people}::text[], ${boards}::text[]) as pair(person, board)) as pair`;
		const rows = await db
			.select({
				person: person.id,
				board,
				team: member.role,
				own: boardRole.role,
				link: { id: boardLink.id, role: boardLink.role, expiresAt: boardLink.expiresAt }
			})
			.from(pair)
			.innerJoin(board, sql`${board.id} = pair.board`)
			.innerJoin(person, sql`${person.id} = pair.person`)
			.leftJoin(member, and(eq(member.teamId, board.teamId), eq(member.personId, person.id)))
			.leftJoin(boardRole, and(eq(boardRole.boardId, board.id), eq(boardRole.personId, person.id)))
			.leftJoin(guest, eq(guest.personId, person.id))
			.leftJoin(
				boardLink,
				and(eq(boardLink.id, guest.linkId), eq(boardLink.boardId, board.id), isNull(boardLink.withdrawnAt))
			);
		const keyOf = (one: Readonly<{ person: string; board: string }>) => `${one.person} ${one.board}`;
		const found = new Map(rows.map((row) => [keyOf({ person: row.person, board: row.board.id }), seenBy(row)]));
		return asked.map((one) => found.get(keyOf(one)) ?? null);
	}

	function seenBy({ board: row, team, own, link }: Found): BoardSeen | null {
		if (team !== null) return { board: row, standing: { role: roleOfMember(team, own), team }, link: null };
		if (!link || (link.expiresAt && link.expiresAt.getTime() <= clock.now())) return null;
		const { id, role, expiresAt } = link;
		return { board: row, standing: { role, team: null }, link: { id, expiresAt } };
	}

	/** The board and the person's standing at it, or null when they may not know that it exists. Boards in the bin included. */
	async function find(personId: string, boardId: string): Promise<BoardSeen | null> {
		const [seen] = await findAll([{ person: personId, board: boardId }]);
		return seen ?? null;
	}

	return {
		find,
		findAll,
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
