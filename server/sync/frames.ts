/**
 * WebSocket frames of ready messages. The server sends no compressed and no fragmented messages, so a frame is a header
 * before the payload (RFC 6455, 5.2) and any number of frames may lie side by side in one buffer, which is then written
 * as it is to every socket of a room: one buffer, one write.
 */
const FINAL_BINARY = 0x82;

function headerLength(payload: number): number {
	if (payload < 126) return 2;
	return payload < 65_536 ? 4 : 10;
}

/** The frames of these messages, in order, in one buffer. */
export function framesOf(messages: readonly Uint8Array[]): Uint8Array {
	let length = 0;
	for (const message of messages) length += headerLength(message.length) + message.length;
	const buffer = Buffer.allocUnsafe(length);
	let at = 0;
	for (const message of messages) {
		const header = headerLength(message.length);
		buffer[at] = FINAL_BINARY;
		if (header === 2) {
			buffer[at + 1] = message.length;
		} else if (header === 4) {
			buffer[at + 1] = 126;
			buffer.writeUInt16BE(message.length, at + 2);
		} else {
			buffer[at + 1] = 127;
			buffer.writeBigUInt64BE(BigInt(message.length), at + 2);
		}
		buffer.set(message, at + header);
		at += header + message.length;
	}
	return buffer;
}
