import { and, eq, exists, gt, lt, not, or } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { boardLink, guest, invitation, person, session } from '#schema/index';
import type { Clock } from '../ports/clock.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** So long an invitation or a link can still be told from one that never was. */
const ENDED_STAYS_MS = 30 * DAY_MS;
/** Who has just come in has no session yet. */
const NEW_GUEST_MS = DAY_MS;

export type Leftovers = ReturnType<typeof createLeftovers>;

/**
 * Removes what nobody can use any more: invitations and links a month after their end, and guests as whom nobody can come
 * back. Accounts stay until somebody removes them, also those in no team: whoever made one can sign in again.
 */
export function createLeftovers({ db, clock }: { readonly db: Db; readonly clock: Clock }) {
	return {
		/** Removes what is due; nothing depends on when this runs. */
		async sweep(): Promise<void> {
			const now = new Date(clock.now());
			const longAgo = new Date(clock.now() - ENDED_STAYS_MS);
			await db.delete(invitation).where(lt(invitation.expiresAt, longAgo));
			await db.delete(boardLink).where(or(lt(boardLink.withdrawnAt, longAgo), lt(boardLink.expiresAt, longAgo)));
			const hasSession = exists(
				db
					.select({ key: session.idHash })
					.from(session)
					.where(and(eq(session.personId, person.id), gt(session.expiresAt, now)))
			);
			// A guest is one of a link; the link goes with its board.
			const hasLink = exists(db.select({ link: guest.linkId }).from(guest).where(eq(guest.personId, person.id)));
			const isOld = lt(person.createdAt, new Date(clock.now() - NEW_GUEST_MS));
			await db.delete(person).where(and(eq(person.guest, true), isOld, or(not(hasSession), not(hasLink))));
		}
	};
}
