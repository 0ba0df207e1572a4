import type { Standing } from '#domain/board/roles';
import type { Person } from '#domain/wire/control';

/**
 * Who may be at a document. Asked once when a socket opens, and again whenever the bus topic `access` names something
 * that the admission rests on.
 */
export interface Access {
	/** Admits the holder of this `Cookie` header to a document, or refuses: `session.none`, `board.unknown`, `input.two-cookies`. */
	admit(cookieHeader: string | undefined, doc: string): Promise<Admission>;
	/** What the admission is worth now: `ended` when its session is over, `gone` when the document is not visible any more. */
	again(admission: Admission): Promise<Admission | 'ended' | 'gone'>;
}

export type Admission = Readonly<{
	person: Person;
	/** Names the session in announcements; it is no secret and opens nothing. */
	sessionKey: string;
	/** When the session (or the guest's link) ends by the clock, in ms since 1970 UTC. */
	expiresAt: number;
	board: string;
	team: string;
	/** The link a guest came by; null for members. */
	linkId: string | null;
	document: Readonly<{ id: string; kind: 'board'; schema: number }>;
	standing: Standing;
}>;
