import { Refused } from '#domain/refusal';
import { CLOSE } from '#domain/wire/close-codes';
import type { Person } from '#domain/wire/control';
import type { Peer } from './peer.ts';
import type { Room } from './room.ts';

/**
 * Writes into a room without a socket, under a person's name: with everybody's in one tick, durable before it is visible.
 * Refuses `wire.malformed` for what the document cannot take, `input.too-large` when it is full, and `part.down` when it is not durable in time, or nobody can
 * tell any more: then it may come to be.
 */
export function writeByHand(room: Room, person: Person, update: Uint8Array, waitMs: number): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const fail = (): void => reject(new Refused('part.down', 5));
	const late = setTimeout(fail, waitMs);
	const hand: Peer = {
		person,
		nabij: true,
		mayEdit: true,
		write: () => {},
		writeFleeting: () => true,
		writeAnswer: () => {},
		settled: () => resolve(),
		taken: () => {},
		refuse: (_n, code) => reject(new Refused(code)),
		end: (code) => (code === CLOSE.tooLarge ? reject(new Refused('input.too-large')) : fail())
	};
	room.receive({ peer: hand, n: 1, stepTwo: false, update });
	return promise.finally(() => clearTimeout(late));
}
