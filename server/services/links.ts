import { and, desc, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { boardLink, guest, session } from '#schema/index';
import { Refused } from '#domain/refusal';
import type { LinkRole } from '#domain/board/roles';
import type { Clock } from '../ports/clock.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Announcements } from './announcements.ts';
import { hashOf, isId, newId, newToken } from './ids.ts';
import type { Viewer } from './sessions.ts';
import type { Standings } from './standing.ts';

export type BoardLink = Readonly<{
	id: string;
	role: LinkRole;
	token: string;
	createdAt: Date;
	/** Null: until it is withdrawn. */
	expiresAt: Date | null;
}>;

export type Links = ReturnType<typeof createLinks>;

type Deps = Readonly<{ db: Db; clock: Clock; sealer: Sealer; announce: Announcements; standings: Standings }>;

/** Links that let a guest in to one board; for members who may edit it. */
export function createLinks({ db, clock, sealer, announce, standings }: Deps) {
	return {
		/** Makes a link; `expiresAt`, when given, lies ahead. */
		async create(
			by: Viewer,
			boardId: string,
			{ role, expiresAt = null }: Readonly<{ role: LinkRole; expiresAt?: Date | null }>
		): Promise<BoardLink> {
			await standings.require(by.id, boardId, 'share-link');
			if (expiresAt && expiresAt.getTime() <= clock.now()) throw new Refused('link.expiry-past');
			const made = { id: newId(), role, token: newToken(), createdAt: new Date(clock.now()), expiresAt };
			await db.insert(boardLink).values({
				id: made.id,
				role,
				expiresAt,
				createdAt: made.createdAt,
				boardId,
				tokenHash: hashOf(made.token),
				tokenSealed: sealer.seal(made.token, `link:${made.id}`),
				createdBy: by.id
			});
			return made;
		},
		/** The links that still work, newest first, to be copied again. */
		async list(by: Viewer, boardId: string): Promise<readonly BoardLink[]> {
			await standings.require(by.id, boardId, 'share-link');
			const rows = await db
				.select()
				.from(boardLink)
				.where(
					and(
						eq(boardLink.boardId, boardId),
						isNull(boardLink.withdrawnAt),
						or(isNull(boardLink.expiresAt), gt(boardLink.expiresAt, new Date(clock.now())))
					)
				)
				.orderBy(desc(boardLink.createdAt));
			return rows.flatMap(({ id, role, createdAt, expiresAt, tokenSealed }) => {
				const token = sealer.open(tokenSealed, `link:${id}`);
				return token === null ? [] : [{ id, role, token, createdAt, expiresAt }];
			});
		},
		/** Takes a link back: nobody enters by it any more, and who came by it is signed out within a second. */
		async withdraw(by: Viewer, boardId: string, linkId: string): Promise<void> {
			await standings.require(by.id, boardId, 'share-link');
			if (!isId(linkId)) throw new Refused('link.unknown');
			await db.transaction(async (tx) => {
				const gone = await tx
					.update(boardLink)
					.set({ withdrawnAt: new Date(clock.now()) })
					.where(and(eq(boardLink.id, linkId), eq(boardLink.boardId, boardId), isNull(boardLink.withdrawnAt)))
					.returning({ id: boardLink.id });
				if (gone.length === 0) throw new Refused('link.unknown');
				const guests = tx.select({ id: guest.personId }).from(guest).where(eq(guest.linkId, linkId));
				await tx.delete(session).where(inArray(session.personId, guests));
			});
			announce.access({ kind: 'link', link: linkId });
		}
	};
}
