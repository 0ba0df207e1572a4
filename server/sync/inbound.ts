import * as decoding from 'lib0/decoding';
import { decodeStateVector } from 'yjs';
import { KIND } from '#domain/wire/kinds';
import { LIVE, LIVE_MAX_BYTES, type LivePhase } from '#domain/wire/live';
import type { Limits } from './limits.ts';
import type { AwarenessEntry } from './outbound.ts';

/** Second number of a sync message, as y-protocols has them. */
export const SYNC = { stepOne: 0, stepTwo: 1, update: 2 } as const;

/** What a client said. Updates and vectors lie in memory of their own, so that no decoder can run over into another's. */
export type Inbound =
	| Readonly<{ is: 'step-one'; stateVector: Uint8Array }>
	| Readonly<{ is: 'step-two' | 'update'; update: Uint8Array }>
	| Readonly<{ is: 'awareness'; entries: readonly AwarenessEntry[] }>
	| Readonly<{ is: 'query-awareness' }>
	| Readonly<{ is: 'live'; gesture: number; phase: LivePhase; rest: Uint8Array }>
	/** Reserved. */
	| Readonly<{ is: 'cue' }>
	| Readonly<{ is: 'too-large' }>;

/** Reads one message. Throws on bytes that are no message, also when something stands behind its end. */
export function readInbound(message: Uint8Array, limits: Limits): Inbound {
	const decoder = decoding.createDecoder(message);
	const kind = decoding.readVarUint(decoder);
	switch (kind) {
		case KIND.sync:
			return readSync(decoder, limits);
		case KIND.awareness:
			if (message.length > limits.awarenessBytes) return { is: 'too-large' };
			return { is: 'awareness', entries: readAwareness(lastBytes(decoder)) };
		case KIND.queryAwareness:
			atEnd(decoder);
			return { is: 'query-awareness' };
		case KIND.live:
			if (message.length > LIVE_MAX_BYTES) return { is: 'too-large' };
			return readGesture(decoder);
		case KIND.cue:
			return { is: 'cue' };
		default:
			throw new RangeError(`kind ${kind}`);
	}
}

function readSync(decoder: decoding.Decoder, limits: Limits): Inbound {
	const step = decoding.readVarUint(decoder);
	const bytes = lastBytes(decoder);
	switch (step) {
		case SYNC.stepOne:
			if (bytes.length > limits.stateVectorBytes) return { is: 'too-large' };
			decodeStateVector(bytes);
			return { is: 'step-one', stateVector: bytes };
		case SYNC.stepTwo:
			return bytes.length > limits.stepTwoBytes ? { is: 'too-large' } : { is: 'step-two', update: bytes };
		case SYNC.update:
			return bytes.length > limits.updateBytes ? { is: 'too-large' } : { is: 'update', update: bytes };
		default:
			throw new RangeError(`sync step ${step}`);
	}
}

function readAwareness(bytes: Uint8Array): readonly AwarenessEntry[] {
	const decoder = decoding.createDecoder(bytes);
	const entries: AwarenessEntry[] = [];
	for (let left = decoding.readVarUint(decoder); left > 0; left--) {
		const client = decoding.readVarUint(decoder);
		const clock = decoding.readVarUint(decoder);
		const state = decoding.readVarString(decoder);
		JSON.parse(state);
		entries.push({ client, clock, state });
	}
	atEnd(decoder);
	return entries;
}

function readGesture(decoder: decoding.Decoder): Inbound {
	const rest = decoder.arr.slice(decoder.pos);
	const gesture = decoding.readVarUint(decoder);
	const phase = decoding.readVarUint(decoder);
	if (phase !== LIVE.begin && phase !== LIVE.delta && phase !== LIVE.end) throw new RangeError(`live phase ${phase}`);
	decoding.readAny(decoder);
	atEnd(decoder);
	return { is: 'live', gesture, phase, rest };
}

/** The length-prefixed bytes that end the message, copied: lib0 would read past a slice into the buffer it lies in. */
function lastBytes(decoder: decoding.Decoder): Uint8Array {
	const length = decoding.readVarUint(decoder);
	if (length !== decoder.arr.length - decoder.pos) throw new RangeError('length');
	const bytes = decoder.arr.slice(decoder.pos);
	decoder.pos = decoder.arr.length;
	return bytes;
}

function atEnd(decoder: decoding.Decoder): void {
	if (decoding.hasContent(decoder)) throw new RangeError('bytes behind the end');
}
