import { setTimeout as wait } from 'node:timers/promises';
import { inArray, or } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { board as boards, boardLink } from '#schema/index';
import { personOfIdentity } from '#domain/call/state';
import type { AccessChange } from '#domain/wire/announcement';
import type { Log } from '../log.ts';
import type { CallGrant, CallMember, MediaServer } from '../ports/media-server.ts';
import type { Sealer } from '../ports/sealer.ts';
import { atMost } from './at-most.ts';
import type { Attempts } from './attempts.ts';
import { covers, createWorth, rightsOf, type Seat } from './call-worth.ts';
import { newId } from './ids.ts';
import type { LiveSession, Sessions, Viewer } from './sessions.ts';
import type { Standings } from './standing.ts';

/** What a page needs to join a board's call. */
export type CallTicket = Readonly<{ token: string; identity: string }>;

export type Calls = ReturnType<typeof createCalls>;

/** How many questions and wishes the media server has from us at once. */
const AT_ONCE = 8;
/** Between two looks that follow one another at once, so that a storm of announcements is heard in a few of them. */
const BREATH_MS = 100;
/** More changes than this at once are looked at as if all had changed. */
const CHANGES_MAX = 100;

type Deps = Readonly<{
	db: Db;
	standings: Standings;
	media: MediaServer;
	sealer: Sealer;
	attempts: Attempts;
	sessions: Pick<Sessions, 'alive'>;
	log: Log;
}>;

/** What a look is about: everyone in a call, or only those whom these changes may concern. */
type About = 'all' | readonly AccessChange[];

/** Somebody in a call; `seat` is null where what they carry was not sealed by us. */
type Inside = Readonly<{ room: string; member: CallMember; seat: Seat | null }>;

/**
 * The call of a board: who may join, with what, and who must leave. Nothing is remembered of the tickets: whoever is in a
 * call carries what they were let in for, so any node can judge them, also one that has just started.
 */
export function createCalls({ db, standings, media, sealer, attempts, sessions, log }: Deps) {
	const worth = createWorth({ standings, sessions });
	let due: About = [];
	let looking: Promise<void> | null = null;

	/** The seat that this member was let in for; an empty session stands for none. */
	function seatOf({ room, identity, pass }: Pick<CallGrant, 'room' | 'identity' | 'pass'>): Seat | null {
		const session = sealer.open(pass, placeOf(room, identity));
		return session === null ? null : { room, person: personOfIdentity(identity), session: session || null };
	}

	/** The boards whose calls these changes may concern, those that are not going on among them where a change names the board. */
	async function roomsOf(about: About): Promise<readonly Readonly<{ id: string }>[]> {
		const asked = db.select({ id: boards.id }).from(boards);
		const named = about === 'all' ? [] : about.filter((change) => change.kind === 'board' || change.kind === 'link');
		if (about === 'all' || named.length < about.length) {
			const open = await media.rooms();
			return open.length === 0 ? [] : asked.where(inArray(boards.id, [...open]));
		}
		const ids = named.flatMap((change) => (change.kind === 'board' ? [change.board] : []));
		const links = named.flatMap((change) => (change.kind === 'link' ? [change.link] : []));
		const linked = db.select({ id: boardLink.boardId }).from(boardLink).where(inArray(boardLink.id, links));
		return asked.where(or(inArray(boards.id, ids), inArray(boards.id, linked)));
	}

	/** Everyone in the calls of our boards. An existing media server may have rooms and members of others: not ours to judge. */
	async function whoIsIn(about: About): Promise<readonly Inside[]> {
		const ours = await roomsOf(about);
		const inside: Inside[] = [];
		await atMost(AT_ONCE, ours, async ({ id: room }) => {
			const members = await media.participants(room).catch((error: unknown) => {
				log.warn({ err: error, room }, 'who is in a call could not be asked');
				return [];
			});
			for (const member of members) {
				const { identity, pass } = member;
				if (pass === null) continue;
				const seat = seatOf({ room, identity, pass });
				if (about === 'all' || about.some((change) => mayConcern(change, room, seat)))
					inside.push({ room, member, seat });
			}
		});
		return inside;
	}

	/** Puts out of their calls all who have more there than the records give them now. */
	async function look(about: About): Promise<void> {
		// Without a media server nobody is in a call, and nobody can be put out.
		if (media.state.is !== 'up') return;
		const inside = await whoIsIn(about);
		const seated = inside.flatMap((one) => (one.seat === null ? [] : [{ ...one, seat: one.seat }]));
		const rights = await worth(seated.map(({ seat }) => seat));
		const stay = new Set(
			seated.flatMap(({ member }, n) => {
				const now = rights[n];
				return now && covers(now, member) ? [member] : [];
			})
		);
		const leave = inside.filter(({ member }) => !stay.has(member));
		await atMost(AT_ONCE, leave, async ({ room, member }) => {
			try {
				// Another stay was judged by nobody yet, and its right may be as good as any.
				if (!(await media.removeParticipant(room, member))) add([{ kind: 'board', board: room }]);
			} catch (error) {
				log.warn({ err: error, room }, 'someone could not be put out of a call yet');
			}
		});
	}

	async function lookAtAllDue(): Promise<void> {
		for (let first = true; due === 'all' || due.length > 0; first = false) {
			if (!first) await wait(BREATH_MS, undefined, { ref: false });
			const about = due;
			due = [];
			try {
				await look(about);
			} catch (error) {
				// The next regular look is at everyone, and so at these too.
				log.warn({ err: error }, 'who may stay in the calls could not be asked');
			}
		}
		// With nothing in between: whoever asks from here on would wait for a look that is over.
		looking = null;
	}

	function add(about: About): void {
		if (about === 'all' || due === 'all' || due.length >= CHANGES_MAX) due = 'all';
		else due = [...due, ...about];
	}

	/** Looks do not overlap: what comes during one is looked at in the next. */
	function ask(about: About): Promise<void> {
		add(about);
		return (looking ??= lookAtAllDue());
	}

	return {
		/**
		 * A ticket to the board's call with the least that this person needs there; it ends with the session that asked.
		 * `tab` tells the tabs of one person apart, since a repeated identity would throw the first one out. Refuses
		 * `call.off`, `call.down` and, for who asks too often, `rate.too-many`.
		 */
		async join(
			by: Viewer,
			boardId: string,
			tab: string = newId(),
			asked: Pick<LiveSession, 'key'> | null = null
		): Promise<CallTicket> {
			await attempts.count({ 'call ticket by person': by.id });
			const { board, standing } = await standings.require(by.id, boardId, 'see');
			const identity = `${by.id}:${tab}`;
			// Sealed, since everyone in the room sees it, and to this seat, so that it is worth nothing in another token.
			const pass = sealer.seal(asked?.key ?? '', placeOf(board.id, identity));
			const token = await media.token({ room: board.id, identity, name: by.name, pass, ...rightsOf(standing) });
			return { token, identity };
		},
		/**
		 * Whether this token still opens its room: by the records, so that it holds for every token of every node, those
		 * that LiveKit renewed among them. Rejects when the records or the media server are out of reach.
		 */
		async admits(token: string): Promise<boolean> {
			const grant = await media.read(token);
			const seat = grant && seatOf(grant);
			if (!seat) return false;
			const [now] = await worth([seat]);
			return now ? covers(now, grant) : false;
		},
		/**
		 * Puts out of their calls all whom this change left with less than what they came in with; they may join again with
		 * what they have now. Never rejects: whoever cannot be judged or put out now is so by the next `watch`.
		 */
		recheck: (change: AccessChange): Promise<void> => ask([change]),
		/**
		 * Judges everyone who is in a call: whose session or link has ended leaves, and so does who lost the right while
		 * nobody here heard of it, or came back by an old token. Never rejects.
		 */
		watch: (): Promise<void> => ask('all')
	};
}

/** What a pass is sealed to. */
function placeOf(room: string, identity: string): string {
	return `call ${room} ${identity}`;
}

/** Of a link and a team only the records know whom they concern: everyone is asked about then. */
function mayConcern(change: AccessChange, room: string, seat: Seat | null): boolean {
	switch (change.kind) {
		case 'session':
			return change.key === seat?.session;
		case 'person':
			return change.person === seat?.person;
		case 'board':
			return change.board === room;
		case 'link':
		case 'team':
			return true;
	}
}
