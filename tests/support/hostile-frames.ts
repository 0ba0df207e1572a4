/** WebSocket frames as a client writes them, and as none should. */
import type { Chance } from './hostile-messages.ts';

type Frame = Readonly<{
	/** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
	opcode: number;
	payload: Uint8Array;
	final?: boolean;
	/** RSV1 to RSV3, as 4, 2 and 1; RSV1 says that it is compressed. */
	reserved?: number;
	masked?: boolean;
	/** A length other than the payload's own. */
	says?: bigint;
}>;

/** One frame (RFC 6455, 5.2). */
export function frame({ opcode, payload, final = true, reserved = 0, masked = true, says }: Frame): Buffer {
	const length = says ?? BigInt(payload.length);
	const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode];
	const mask = masked ? 0x80 : 0;
	if (length < 126n) head.push(mask | Number(length));
	else if (length < 65_536n) head.push(mask | 126, Number(length >> 8n), Number(length & 255n));
	else {
		head.push(mask | 127);
		for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((length >> shift) & 255n));
	}
	const key = [7, 77, 177, 27];
	const body = masked ? payload.map((byte, i) => byte ^ (key[i % 4] ?? 0)) : payload;
	return Buffer.concat([Buffer.from(head), Buffer.from(masked ? key : []), body]);
}

/**
 * What goes over the wire. `hangs`: it leaves the server waiting for more of the same. `goodbye`: it may be a proper end,
 * which is answered in kind.
 */
export type Bytes = Readonly<{ bytes: Buffer; hangs?: true; goodbye?: true }>;

const BINARY = 2;

/** A message in frames: mostly as it should be, else in parts, as text, flagged, unmasked, or with a length that is a lie. */
export function framed(message: Uint8Array, chance: Chance): Bytes {
	const below = (n: number): number => Math.floor(chance() * n);
	const whole = (more: Partial<Frame> = {}): Bytes => ({ bytes: frame({ opcode: BINARY, payload: message, ...more }) });
	const roll = below(100);
	if (roll < 80) return whole();
	if (roll < 86) return { bytes: inParts(message, chance) };
	const broken: readonly (() => Bytes)[] = [
		() => whole({ opcode: 1 }),
		() => whole({ opcode: 1, payload: new TextEncoder().encode('hello') }),
		() => whole({ reserved: 4 }),
		() => whole({ reserved: 1 + below(3) }),
		() => whole({ opcode: 3 + below(5) }),
		() => whole({ opcode: 11 + below(5) }),
		() => whole({ masked: false }),
		() => whole({ opcode: 0 }),
		() => whole({ opcode: 9, payload: new Uint8Array(below(200)) }),
		() => whole({ opcode: 10, payload: new Uint8Array(below(126)) }),
		() => whole({ opcode: 9, payload: message.slice(0, 9), final: false }),
		() => ({ ...whole({ opcode: 8, payload: Uint8Array.of(3, below(256)) }), goodbye: true }),
		() => whole({ opcode: 8, payload: Uint8Array.of(3) }),
		// A second message begins before the first has ended.
		() => ({
			bytes: Buffer.concat([frame({ opcode: BINARY, payload: message, final: false }), whole().bytes])
		}),
		() => ({ bytes: frame({ opcode: BINARY, payload: message, final: false }), hangs: true }),
		() => whole({ says: 2n ** 63n - 1n }),
		() => whole({ says: 2n ** 53n }),
		() => whole({ says: 40n * 1024n * 1024n }),
		() => ({ ...whole({ says: 20n * 1024n * 1024n }), hangs: true })
	];
	return broken[below(broken.length)]?.() ?? whole();
}

/** The message in two to four frames, with a ping between. */
function inParts(message: Uint8Array, chance: Chance): Buffer {
	const parts = 2 + Math.floor(chance() * 3);
	const size = Math.ceil(message.length / parts);
	const frames = Array.from({ length: parts }, (_, i) =>
		frame({
			opcode: i === 0 ? BINARY : 0,
			final: i === parts - 1,
			payload: message.slice(i * size, (i + 1) * size)
		})
	);
	frames.splice(1, 0, frame({ opcode: 9, payload: new Uint8Array(4) }));
	return Buffer.concat(frames);
}
