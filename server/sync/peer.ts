import type { Person } from '#domain/wire/control';
import type { CloseCode, CloseReason } from '#domain/wire/close-codes';
import type { RefusalCode } from '#domain/refusal';

/** A socket as its room sees it. */
export interface Peer {
	readonly person: Person;
	/** Understands our kinds. */
	readonly nabij: boolean;
	readonly mayEdit: boolean;
	/** Writes ready frames; ends the socket when too much is unsent already. */
	write(frames: Uint8Array): void;
	/** Writes frames that may be left out for a slow reader; false: they were. */
	writeFleeting(frames: Uint8Array): boolean;
	/** Writes the answer to a step 1, which may be larger than what a socket may otherwise owe. */
	writeAnswer(frames: Uint8Array): void;
	/** These messages of its are durable or refused; `frames` are written to it in the same breath. */
	settled(messages: readonly Received[], frames: Uint8Array | null): void;
	/** These were taken from the queue, though what they say is not dealt with. */
	taken(messages: readonly Received[]): void;
	/** Its n-th message was not taken. */
	refuse(n: number, code: RefusalCode): void;
	end(code: CloseCode, reason?: CloseReason): void;
}

/** What a message takes beside its bytes: a client may send a great many small ones. */
const OVERHEAD_BYTES = 256;

/** What a message takes in memory while it waits. */
export function weightOf({ update }: Received): number {
	return update.length + OVERHEAD_BYTES;
}

/** A step 2 or an update as it came; `n` counts them from 1. */
export type Received = Readonly<{ peer: Peer; n: number; stepTwo: boolean; update: Uint8Array }> & {
	/** Its sender was told that it was not taken. */
	refused?: boolean;
};
