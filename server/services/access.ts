import { inArray } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { document } from '#schema/index';
import { Refused } from '#domain/refusal';
import { colourOf } from '#domain/team/colours';
import type { Access, Admission } from '../ports/access.ts';
import { isId } from './ids.ts';
import type { LiveSession, Sessions } from './sessions.ts';
import type { Standings } from './standing.ts';
import { together } from './together.ts';

type Deps = Readonly<{
	db: Db;
	standings: Standings;
	sessions: Pick<Sessions, 'alive'>;
	/** Reads the session cookie the one way there is, and answers whose it is; the session is not moved on by it. */
	sessionOf: (cookieHeader: string | undefined) => Promise<LiveSession | null>;
}>;

/**
 * Admits sessions to documents, and says later what an admission is still worth. Who arrives, or is judged again, in one
 * turn of the event loop is looked up together: after a restart, or a gap in the bus, it is everyone.
 */
export function createAccess({ db, standings, sessions, sessionOf }: Deps): Access {
	const documentOf = together(async (ids: readonly string[]) => {
		const rows = await db
			.select()
			.from(document)
			.where(inArray(document.id, [...new Set(ids)]));
		const found = new Map(rows.map((row) => [row.id, row]));
		return ids.map((id) => found.get(id) ?? null);
	});
	const standingOf = together(standings.findAll);
	const aliveOf = together(async (keys: readonly string[]) => {
		const alive = await sessions.alive(keys);
		return keys.map((key) => alive.get(key) ?? null);
	});

	async function find(
		who: Readonly<{ id: string; name: string; guest: boolean }>,
		sessionKey: string,
		sessionExpiresAt: number,
		docId: string
	): Promise<Admission | null> {
		const doc = await documentOf(docId);
		if (!doc?.boardId) return null;
		const seen = await standingOf({ person: who.id, board: doc.boardId });
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
			const live = await aliveOf(sessionKey);
			if (live?.person !== person.id) return 'ended';
			const admission = await find({ ...person, name: live.name }, sessionKey, live.expiresAt, id);
			if (admission) return admission;
			// A guest has nothing but the link: when that is over, so is their session. A board in the bin is gone for all alike.
			return person.guest && (await standingOf({ person: person.id, board })) === null ? 'ended' : 'gone';
		}
	};
}
