import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { STEP_TWO_MAX_BYTES, UPDATE_MAX_BYTES } from '../../../domain/wire/bounds.ts';
import { KIND } from '../../../domain/wire/kinds.ts';
import { partsOf } from './parts.ts';

/** The steps of y-protocols/sync: step 1 asks and needs no answer of "saved"; step 2 and update carry work. */
const STEP = { one: 0, two: 1, update: 2 } as const;

/** A part is well within the bound: others' changes find room between two parts. */
const PART_BYTES = 1024 * 1024;

/** The bytes of a frame that carries this side's own work, so that the server will say when it is durable; else null. */
function workIn(frame: unknown): Uint8Array<ArrayBuffer> | null {
	const bytes = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
	// Kinds and sync steps are below 128, so each is one byte.
	const works = bytes instanceof Uint8Array && bytes[0] === KIND.sync && bytes[1] !== STEP.one;
	return works ? (bytes as Uint8Array<ArrayBuffer>) : null;
}

/** Whether a frame carries this side's own work. */
export const carriesWork = (frame: unknown): boolean => workIn(frame) !== null;

/**
 * A frame of work as frames that the server takes: what is above a bound goes in parts, the last one as it was meant. Null
 * when no parting helps.
 */
function withinBounds(frame: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] | null {
	const bound = frame[1] === STEP.two ? STEP_TWO_MAX_BYTES : UPDATE_MAX_BYTES;
	if (frame.length <= bound) return [frame];
	const decoder = decoding.createDecoder(frame);
	decoding.readVarUint(decoder);
	const step = decoding.readVarUint(decoder);
	const parts = partsOf(decoding.readVarUint8Array(decoder), PART_BYTES);
	if (parts.some((part) => part.length > UPDATE_MAX_BYTES)) return null;
	return parts.map((part, i) => {
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, KIND.sync);
		encoding.writeVarUint(encoder, i === parts.length - 1 ? step : STEP.update);
		encoding.writeVarUint8Array(encoder, part);
		return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>;
	});
}

type OnWork = Readonly<{
	/** So many frames of work are about to leave, and belong together. */
	sends: (frames: number) => void;
	/** Work that the server would never take; none of it leaves, so that nobody sees half of it. */
	tooLarge: () => void;
}>;

/**
 * A WebSocket that tells of the work it sends, and parts what the server would find too large. y-websocket sends in three
 * places and offers no hook; the socket itself is the one place that all of them pass.
 */
export function countingSocket(Base: typeof WebSocket, { sends, tooLarge }: OnWork): typeof WebSocket {
	return class extends Base {
		override send(data: Parameters<WebSocket['send']>[0]): void {
			const work = workIn(data);
			if (!work) return super.send(data);
			const frames = withinBounds(work);
			if (!frames) return tooLarge();
			// Counted before it leaves: the answer must never be the first to know.
			sends(frames.length);
			for (const frame of frames) super.send(frame);
		}
	};
}
