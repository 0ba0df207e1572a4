import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { KIND } from './kinds.ts';

/**
 * A gesture under way (a drag, a resize, a line being drawn), drawn as provisional by everyone else. It is ordered, never
 * coalesced away, and ends with the socket. Body, client to server:
 *
 *     varuint 11 · varuint gesture · varuint phase (0 begin, 1 delta, 2 end) · any (lib0) payload
 *
 * The server puts the sender's Yjs clientID between kind and gesture and looks no further. Payloads: {@link LiveBegin},
 * {@link LiveDelta}, {@link LiveEnd}. After an end with `kept` the ghost stays until the update it announced has
 * arrived, at most {@link GHOST_MS}: otherwise the element jumps back and forth on release.
 */
export type LivePhase = 0 | 1 | 2;
export const LIVE = { begin: 0, delta: 1, end: 2 } as const;

export type LiveBegin =
	| { readonly do: 'move'; readonly ids: readonly string[] }
	| { readonly do: 'resize'; readonly ids: readonly string[] }
	| { readonly do: 'end'; readonly ids: readonly [string] }
	| { readonly do: 'draw'; readonly t: string; readonly st: Readonly<Record<string, unknown>> };
/** move: how far from where the elements stood, in board units. resize: x, y, w, h per id. end: where both ends of the connector are. draw: two or more points. */
export type LiveDelta =
	| readonly [dx: number, dy: number]
	| Readonly<Record<string, readonly [number, number, number, number]>>
	| readonly (readonly [number, number])[];
export type LiveEnd = { readonly kept: boolean; readonly ids?: readonly string[] };

export type LiveMessage = { readonly gesture: number; readonly phase: LivePhase; readonly payload: unknown };

/** The largest live message the server passes on, in bytes. */
export const LIVE_MAX_BYTES = 64 * 1024;
/** How long a ghost may outlive its gesture while the update is awaited. */
export const GHOST_MS = 2_000;

/** Writes a gesture message as a client sends it. */
export function encodeLive(message: LiveMessage): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.live);
	encoding.writeVarUint(encoder, message.gesture);
	encoding.writeVarUint(encoder, message.phase);
	encoding.writeAny(encoder, message.payload as encoding.AnyEncodable);
	return encoding.toUint8Array(encoder);
}

/** Reads the body of a gesture message as a client receives it (after the kind). Throws on malformed bytes. */
export function readLive(decoder: decoding.Decoder): LiveMessage & { readonly client: number } {
	const client = decoding.readVarUint(decoder);
	const gesture = decoding.readVarUint(decoder);
	const phase = decoding.readVarUint(decoder);
	if (phase > 2) throw new RangeError('live: phase');
	return { client, gesture, phase: phase as LivePhase, payload: decoding.readAny(decoder) };
}
