import type { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { framesOf } from './frames.ts';

/** ws's own reader of frames, which its types leave out. */
const { Receiver } = ws as unknown as {
	Receiver: new (options: { isServer: boolean }) => EventEmitter & { write(bytes: Uint8Array): void };
};

test('frames side by side are read as the messages that they were, at every length of header', () => {
	const messages = [0, 1, 125, 126, 65_535, 65_536, 200_000].map((length) => Buffer.alloc(length, length % 251));
	const receiver = new Receiver({ isServer: false });
	const read: Buffer[] = [];
	receiver.on('message', (message: Buffer, isBinary: boolean) => {
		expect(isBinary).toBe(true);
		read.push(message);
	});
	receiver.write(framesOf(messages));
	expect(read.map((message, index) => message.equals(messages[index] ?? Buffer.of(1)))).toEqual(
		messages.map(() => true)
	);
});
