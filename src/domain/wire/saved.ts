import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { KIND } from './kinds.ts';

/**
 * How many of a socket's own sync messages (step 2 and update; step 1 does not count) are dealt with: durable, or refused
 * by a control `refused`. It is a count of messages and no state vector, since a state vector does not change by a deletion.
 */
export function encodeSaved(count: number): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.saved);
	encoding.writeVarUint(encoder, count);
	return encoding.toUint8Array(encoder);
}

/** Reads the body of a `saved` message (after the kind). */
export function readSaved(decoder: decoding.Decoder): number {
	return decoding.readVarUint(decoder);
}
