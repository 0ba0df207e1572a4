import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * A state as the log keeps it of the past. To make one of a board of 5,000 elements takes tens of milliseconds, so it is done
 * in the thread that such states are made in, and not in the one that commits for everybody.
 */
export function pack(state: Uint8Array): Uint8Array {
	return new Uint8Array(deflateRawSync(state));
}

/** What was packed. */
export function unpack(packed: Uint8Array): Uint8Array {
	return new Uint8Array(inflateRawSync(packed));
}
