import { eq } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { document } from '#schema/index';
import { Refused } from '#domain/refusal';
import { colourOf } from '#domain/team/colours';
import type { Access, Admission } from '../ports/access.ts';
import { isId } from './ids.ts';
import type { LiveSession, Sessions } from './sessions.ts';
import type { Standings } from './standing.ts';

type Deps = Readonly<{
	db: Db;
	standings: Standings;
	sessions: Pick<Sessions, 'alive'>;
	/** Reads the session cookie the one way there is, and answers whose it is; the session is not moved on by it. */
	sessionOf: (cookieHeader: string | undefined) => Promise<LiveSession | null>;
}>;

/** Admits sessions to documents, and says later what an admission is still worth. */
export function createAccess({ db, standings, sessions, sessionOf }: Deps): Access {
	async function find(
		who: Readonly<{ id: string; name: string; guest: boolean }>,
		sessionKey: string,
		sessionExpiresAt: number,
		docId: string
	): Promise<Admission | null> {
		const [doc] = await db.select().from(document).where(eq(document.id, docId));
		if (!doc?.boardId) return null;
		const seen = await standings.find(who.id, doc.boardId);
		if (!seen || seen.board.deletedAt !== null) return null;
		return {
			person: { id: who.id, name: who.name, colour: colourOf(who.id), guest: who.guest, role: seen.standing.role },
			sessionKey,
			expiresAt: Math.min(sessionExpiresAt, seen.link?.expiresAt?.getTime() ?? Infinity),
			board: seen.board.id,
			team: seen.board.teamId,
			linkId: seen.link?.id ?? null,
			document: { id: doc.id, kind: doc.kind, schema: doc.schema },
			standing: seen.standing
		};
	}

	return {
		async admit(cookieHeader, doc) {
			const live = await sessionOf(cookieHeader);
			if (!live) throw new Refused('session.none');
			const admission = isId(doc) ? await find(live.viewer, live.key, live.expiresAt, doc) : null;
			if (!admission) throw new Refused('board.unknown');
			return admission;
		},
		async again({ person, sessionKey, board, document: { id } }) {
			const live = (await sessions.alive([sessionKey])).get(sessionKey);
			if (live?.person !== person.id) return 'ended';
			const admission = await find({ ...person, name: live.name }, sessionKey, live.expiresAt, id);
			if (admission) return admission;
			// A guest has nothing but the link: when that is over, so is their session. A board in the bin is gone for all alike.
			return person.guest && (await standings.find(person.id, board)) === null ? 'ended' : 'gone';
		}
	};
}
