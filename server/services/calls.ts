import type { Db } from '#schema/db';
import { personOfIdentity } from '#domain/call/state';
import type { AccessChange } from '#domain/wire/announcement';
import type { Log } from '../log.ts';
import type { Clock } from '../ports/clock.ts';
import { CALL_TOKEN_LIFE_MS, type MediaServer } from '../ports/media-server.ts';
import type { Sealer } from '../ports/sealer.ts';
import { covers, createWorth, endOf, rightsOf, type Rights, type Seat } from './call-worth.ts';
import { newId } from './ids.ts';
import type { LiveSession, Viewer } from './sessions.ts';
import type { Standings } from './standing.ts';

/** What a page needs to join a board's call. */
export type CallTicket = Readonly<{ token: string; identity: string }>;

export type Calls = ReturnType<typeof createCalls>;

/** A ticket this old is watched on only while its bearer is in the call. */
const WATCHED_MS = 12 * 60 * 60 * 1000;

/**
 * How long whoever was put out is kept out: LiveKit renews the tokens of those inside, so the last one may be new, and it
 * takes a token for a minute after its end.
 */
const BARRED_MS = CALL_TOKEN_LIFE_MS + 2 * 60 * 1000;

type Given = Seat &
	Readonly<{
		identity: string;
		team: string;
		link: string | null;
		rights: Rights;
		/** Last known to be wanted. */
		at: number;
		/** When the session or the link ends, as far as we know: then the records are asked again. */
		askAt: number;
		/** Until when they must not be there; null while they are welcome. */
		barredUntil: number | null;
	}>;

type Deps = Readonly<{ db: Db; standings: Standings; media: MediaServer; sealer: Sealer; clock: Clock; log: Log }>;

/** The call of a board: who may join, with what, and who must leave. */
export function createCalls({ db, standings, media, sealer, clock, log }: Deps) {
	const worth = createWorth({ db, standings, clock });
	/** Tickets this node gave: a LiveKit token outlives a role, so who lost theirs is put out by hand. */
	const given = new Map<string, Given>();
	let looking: Promise<void> | null = null;

	/** Asks the records about one ticket. When they do not answer, the next look asks again. */
	async function ask(key: string, one: Given): Promise<void> {
		try {
			const now = await worth(one);
			if (given.get(key) !== one) return;
			if (now && covers(now.rights, one.rights)) given.set(key, { ...one, askAt: now.until });
			else await putOut(key, one);
		} catch (error) {
			if (given.get(key) === one) given.set(key, { ...one, askAt: clock.now() });
			log.warn({ err: error, room: one.room }, 'who may stay in a call could not be asked');
		}
	}

	/** Bars first: when the media server fails, the next look finds them still inside. */
	async function putOut(key: string, one: Given): Promise<void> {
		given.set(key, { ...one, barredUntil: clock.now() + BARRED_MS });
		try {
			await media.removeParticipant(one.room, one.identity);
		} catch (error) {
			log.warn({ err: error, room: one.room }, 'someone could not be put out of a call yet');
		}
	}

	async function look(): Promise<void> {
		for (const [key, one] of given) if (one.barredUntil === null && one.askAt <= clock.now()) await ask(key, one);
		// Without a media server nobody is in a call, and nobody can be put out.
		if (media.state.is !== 'up') return;
		const uncertain = [...given].filter(([, one]) => one.barredUntil !== null || clock.now() - one.at > WATCHED_MS);
		for (const room of new Set(uncertain.map(([, one]) => one.room))) {
			try {
				const inside = new Set(await media.participants(room));
				for (const [key, one] of uncertain) {
					if (one.room === room && given.get(key) === one) await settle(key, one, inside.has(one.identity));
				}
			} catch (error) {
				log.warn({ err: error, room }, 'who is in a call could not be asked');
			}
		}
	}

	async function settle(key: string, one: Given, inside: boolean): Promise<void> {
		if (one.barredUntil === null && inside) given.set(key, { ...one, at: clock.now() });
		else if (one.barredUntil === null) given.delete(key);
		else if (inside) await putOut(key, one);
		else if (one.barredUntil <= clock.now()) given.delete(key);
	}

	/** An identity whose older token opens more, or that was put out, is not given again: the two could not be told apart. */
	function isSpoilt(key: string, rights: Rights): boolean {
		const old = given.get(key);
		return old !== undefined && (old.barredUntil !== null || !covers(rights, old.rights));
	}

	return {
		/**
		 * A ticket to the board's call with the least that this person needs there; it ends with the session that asked.
		 * `tab` tells the tabs of one person apart, since a repeated identity would throw the first one out. Refuses
		 * `call.off` and `call.down`.
		 */
		async join(
			by: Viewer,
			boardId: string,
			tab: string = newId(),
			asked: Pick<LiveSession, 'key' | 'expiresAt'> | null = null
		): Promise<CallTicket> {
			const { board, standing, link } = await standings.require(by.id, boardId, 'see');
			const rights = rightsOf(standing);
			const keyOf = (identity: string) => `${board.id} ${identity}`;
			const wanted = `${by.id}:${tab}`;
			const identity = isSpoilt(keyOf(wanted), rights) ? `${by.id}:${newId()}` : wanted;
			// Sealed, since everyone in the room sees it, and to this seat, so that it is worth nothing in another token.
			const pass = sealer.seal(asked?.key ?? '', seatOf(board.id, identity));
			const token = await media.token({ room: board.id, identity, name: by.name, pass, ...rights });
			given.set(keyOf(identity), {
				room: board.id,
				identity,
				person: by.id,
				team: board.teamId,
				link: link?.id ?? null,
				session: asked?.key ?? null,
				rights,
				at: clock.now(),
				askAt: Math.min(asked?.expiresAt ?? Infinity, endOf(link)),
				barredUntil: null
			});
			return { token, identity };
		},
		/**
		 * Whether this token still opens its room: by the records, so that it holds for every token of every node, those
		 * that LiveKit renewed among them. Rejects when the records or the media server are out of reach.
		 */
		async admits(token: string): Promise<boolean> {
			const grant = await media.read(token);
			const session = grant && sealer.open(grant.pass, seatOf(grant.room, grant.identity));
			if (!grant || session === null) return false;
			const now = await worth({ room: grant.room, person: personOfIdentity(grant.identity), session: session || null });
			return now !== null && covers(now.rights, grant);
		},
		/** Puts out of their calls all whom this change left with less than their ticket says. They may join again with what they have now. */
		async recheck(change: AccessChange): Promise<void> {
			for (const [key, one] of given) if (one.barredUntil === null && concerns(change, one)) await ask(key, one);
		},
		/**
		 * One look at the calls: whose session or link has ended leaves, and who was put out and came back with an old token
		 * leaves again. Never rejects; looks do not overlap.
		 */
		watch(): Promise<void> {
			return (looking ??= look().finally(() => (looking = null)));
		}
	};
}

function seatOf(room: string, identity: string): string {
	return `call ${room} ${identity}`;
}

function concerns(change: AccessChange, one: Given): boolean {
	switch (change.kind) {
		case 'session':
			return change.key === one.session;
		case 'person':
			return change.person === one.person;
		case 'board':
			return change.board === one.room;
		case 'link':
			return change.link === one.link;
		case 'team':
			return change.team === one.team;
	}
}
