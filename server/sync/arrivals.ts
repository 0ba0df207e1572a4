import { Refused } from '#domain/refusal';
import type { AccessChange } from '#domain/wire/announcement';
import { CLOSE, type TransientReason } from '#domain/wire/close-codes';
import type { Log } from '#server/log';
import type { Access, Admission } from '#server/ports/access';
import { readAddress, tooOld, type Address } from './address.ts';
import { concerns } from './concerns.ts';
import type { Limits } from './limits.ts';
import type { OpenRooms } from './open-rooms.ts';
import type { Revalidation } from './revalidation.ts';
import type { Room } from './room.ts';
import { closeOf, type Arriving, type Upgrades } from './upgrades.ts';

const WRONG_DOCUMENT_ID = /[^A-Za-z0-9_-]/u;

/** What is known of it so far, whether that may have changed since the records were asked, and whether it is decided. */
type Arrival = { admission: Admission | null; stale: boolean; over: boolean };

type Deps = Readonly<{
	access: Access;
	rooms: OpenRooms;
	revalidation: Pick<Revalidation, 'lookAt'>;
	upgrades: Upgrades;
	log: Log;
	limits: Pick<Limits, 'handshakeMs'>;
	/** Whether this person has as many sockets as one may. */
	full: (person: string) => boolean;
	letIn: (arriving: Arriving, admission: Admission, room: Room, address: Address) => void;
}>;

/** Sockets on their way in: each is let in, or told why not, in the moment in which all that was asked for it is true. */
export class Arrivals {
	readonly #deps: Deps;
	/** Who is being admitted, and how that is given up. */
	readonly #underway = new Map<Arrival, (reason: TransientReason) => void>();

	constructor(deps: Deps) {
		this.#deps = deps;
	}

	/** An edge. Until it is known whose it is, what a socket says waits where it comes from. */
	async arrive(arriving: Arriving): Promise<void> {
		const { upgrades, log, limits } = this.#deps;
		const arrival: Arrival = { admission: null, stale: false, over: false };
		const { promise: givenUp, resolve } = Promise.withResolvers<TransientReason>();
		const giveUp = (reason: TransientReason): void => {
			arrival.over = true;
			resolve(reason);
		};
		const late = setTimeout(() => giveUp('slow'), limits.handshakeMs);
		this.#underway.set(arrival, giveUp);
		try {
			const reason = await Promise.race([this.#admit(arrival, arriving), givenUp]);
			if (reason !== null) upgrades.turnAway(arriving, CLOSE.tryAgain, reason);
		} catch (error) {
			if (!(error instanceof Refused)) log.error({ err: error, doc: arriving.doc }, 'a socket could not be admitted');
			upgrades.turnAway(arriving, ...closeOf(error));
		} finally {
			clearTimeout(late);
			this.#underway.delete(arrival);
		}
	}

	/** What the records said may be true no more. Null: nobody knows of whom. */
	doubt(change: AccessChange | null): void {
		for (const arrival of this.#underway.keys()) {
			// Of whom nothing is known yet, it may be the change of anyone.
			if (!change || !arrival.admission || concerns(change, arrival.admission)) arrival.stale = true;
		}
	}

	/** Tells everyone to come again. */
	giveUp(reason: TransientReason): void {
		for (const giveUp of this.#underway.values()) giveUp(reason);
	}

	/** Answers why to come again, or null: it is in, or nobody waits any more. Throws what it is refused with. */
	async #admit(arrival: Arrival, arriving: Arriving): Promise<TransientReason | null> {
		const { access, rooms, revalidation, full, letIn } = this.#deps;
		const { socket, req, doc } = arriving;
		const address = readAddress(req.url);
		if (doc.length < 8 || doc.length > 64 || WRONG_DOCUMENT_ID.test(doc)) throw new Refused('board.unknown');
		let admission = await access.admit(req.headers.cookie, doc);
		arrival.admission = admission;
		let room: Room | null = null;
		let epochKnown = address.epoch ?? 0;
		// What is announced while records and document are read counts too. And until somebody is in it, a room may be let go.
		for (;;) {
			if (socket.destroyed || arrival.over) return null;
			if (arrival.stale) {
				arrival.stale = false;
				const now = await access.again(admission);
				if (now === 'ended') throw new Refused('session.none');
				if (now === 'gone') throw new Refused('board.unknown');
				arrival.admission = admission = now;
			} else if (!room || room.ended) {
				const entry = rooms.open(doc);
				await entry.opened;
				room = entry.room;
			} else if (room.epoch !== null && epochKnown > room.epoch) {
				// Whoever comes knows of a later epoch than this node has been told of. Asked once: they may be mistaken.
				epochKnown = 0;
				await revalidation.lookAt([room]);
			} else break;
		}
		if (tooOld(address, admission)) throw new Refused('page.too-old');
		if (full(admission.person.id)) return 'rate';
		letIn(arriving, admission, room, address);
		return null;
	}
}
