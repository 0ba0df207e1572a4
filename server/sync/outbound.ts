import * as encoding from 'lib0/encoding';
import { KIND } from '#domain/wire/kinds';
import { LIVE } from '#domain/wire/live';
import { SYNC } from './inbound.ts';

/** y-websocket's own messages, as the server sends them. Ours are in src/domain/wire. */
function syncMessage(step: number, body: Uint8Array): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.sync);
	encoding.writeVarUint(encoder, step);
	encoding.writeVarUint8Array(encoder, body);
	return encoding.toUint8Array(encoder);
}

/** Asks for everything that this state vector lacks. */
export function stepOneMessage(stateVector: Uint8Array): Uint8Array {
	return syncMessage(SYNC.stepOne, stateVector);
}

/** Answers a step 1. */
export function stepTwoMessage(update: Uint8Array): Uint8Array {
	return syncMessage(SYNC.stepTwo, update);
}

export function updateMessage(update: Uint8Array): Uint8Array {
	return syncMessage(SYNC.update, update);
}

/** One clientID's awareness: JSON of its state (`null`: gone) and the clock the client gave it. */
export type AwarenessEntry = Readonly<{ client: number; clock: number; state: string }>;

/** An awareness message; without entries it says nothing, which is what keeps a quiet connection alive. */
export function awarenessMessage(entries: readonly AwarenessEntry[]): Uint8Array {
	const body = encoding.createEncoder();
	encoding.writeVarUint(body, entries.length);
	for (const { client, clock, state } of entries) {
		encoding.writeVarUint(body, client);
		encoding.writeVarUint(body, clock);
		encoding.writeVarString(body, state);
	}
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.awareness);
	encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
	return encoding.toUint8Array(encoder);
}

/** A gesture message with its sender's clientID in place. `rest` is the message after the kind, as received. */
export function liveMessage(client: number, rest: Uint8Array): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.live);
	encoding.writeVarUint(encoder, client);
	encoding.writeUint8Array(encoder, rest);
	return encoding.toUint8Array(encoder);
}

/** The end of a gesture whose sender is gone: what it announced will not come. */
export function brokenGestureMessage(client: number, gesture: number): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, gesture);
	encoding.writeVarUint(encoder, LIVE.end);
	encoding.writeAny(encoder, { kept: false });
	return liveMessage(client, encoding.toUint8Array(encoder));
}
