import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { board, boardLink, guest, person } from '#schema/index';
import { Refused } from '#domain/refusal';
import type { LinkRole } from '#domain/board/roles';
import type { Language } from '#domain/team/language';
import { oneLine, refusePersonName } from '#domain/team/names';
import type { Clock } from '../ports/clock.ts';
import type { Attempts } from './attempts.ts';
import { hashOf, newId } from './ids.ts';

/** What a page can say to someone who holds a board's link. */
export type LinkSeen = Readonly<{ link: string; board: string; title: string; role: LinkRole }>;

export type Guests = ReturnType<typeof createGuests>;

/** Guests: people with a name and a link, at one board, for as long as the link works. */
export function createGuests({ db, clock, attempts }: Readonly<{ db: Db; clock: Clock; attempts: Attempts }>) {
	async function find(token: string): Promise<LinkSeen> {
		const [found] = await db
			.select({ link: boardLink.id, role: boardLink.role, board: board.id, title: board.title })
			.from(boardLink)
			.innerJoin(board, eq(board.id, boardLink.boardId))
			.where(
				and(
					eq(boardLink.tokenHash, hashOf(token)),
					isNull(boardLink.withdrawnAt),
					isNull(board.deletedAt),
					or(isNull(boardLink.expiresAt), gt(boardLink.expiresAt, new Date(clock.now())))
				)
			);
		if (!found) throw new Refused('link.unknown');
		return found;
	}
	const guess = <T>(from: string, work: () => Promise<T>) =>
		attempts.lookUp({ 'token by address': from }, ['link.unknown'], work);

	return {
		/** Where a link leads, for the page that asks for a name. `from` is the client's address. */
		look: (token: string, from: string): Promise<LinkSeen> => guess(from, () => find(token)),
		/** Makes a guest of this link and answers who they are and where they may go; the caller starts their session. */
		enter: (
			token: string,
			name: string,
			{ from, language = null }: Readonly<{ from: string; language?: Language | null }>
		): Promise<Readonly<{ id: string; board: string }>> =>
			guess(from, async () => {
				const no = refusePersonName(name);
				if (no) throw new Refused(no);
				const seen = await find(token);
				await attempts.count({ 'guest by address': from });
				const id = newId();
				await db.transaction(async (tx) => {
					await tx.insert(person).values({ id, name: oneLine(name), guest: true, language });
					await tx.insert(guest).values({ personId: id, linkId: seen.link });
				});
				return { id, board: seen.board };
			}),
		/** The board a guest is at, or null for people with an account. */
		async boardOf(personId: string): Promise<string | null> {
			const [found] = await db
				.select({ board: boardLink.boardId })
				.from(guest)
				.innerJoin(boardLink, eq(boardLink.id, guest.linkId))
				.where(eq(guest.personId, personId));
			return found?.board ?? null;
		}
	};
}
