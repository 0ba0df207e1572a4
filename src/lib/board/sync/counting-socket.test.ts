import * as encoding from 'lib0/encoding';
import { expect, test } from 'vitest';
import { writeSyncStep1, writeSyncStep2, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import { KIND } from '../../../domain/wire/kinds.ts';
import { encodeLive } from '../../../domain/wire/live.ts';
import { carriesWork, countingSocket } from './counting-socket.ts';

const doc = new Y.Doc();
doc.getText('t').insert(0, 'x'.repeat(200));

/** A frame as y-websocket writes it. */
function frame(write: (encoder: encoding.Encoder) => void): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.sync);
	write(encoder);
	return encoding.toUint8Array(encoder);
}
const stepOne = frame((encoder) => writeSyncStep1(encoder, doc));
const stepTwo = frame((encoder) => writeSyncStep2(encoder, doc));
const update = frame((encoder) => writeUpdate(encoder, Y.encodeStateAsUpdate(doc)));

test('step 2 and update carry work; step 1, awareness and a gesture do not', () => {
	expect([stepTwo, update].map(carriesWork)).toEqual([true, true]);
	const others = [stepOne, new Uint8Array([KIND.awareness, 1, 0]), new Uint8Array([KIND.queryAwareness])];
	expect([...others, encodeLive({ gesture: 0, phase: 1, payload: [1, 2] })].map(carriesWork)).toEqual(
		Array(4).fill(false)
	);
});

test('a frame is the same in an ArrayBuffer, and text is no frame of ours', () => {
	expect(carriesWork(update.slice().buffer)).toBe(true);
	expect(carriesWork(stepOne.slice().buffer)).toBe(false);
	expect(carriesWork('\u0000\u0002')).toBe(false);
});

test('a frame of work is counted before it leaves, so that no answer is known earlier than its question', () => {
	const order: string[] = [];
	class Base {
		send(): void {
			order.push('left');
		}
	}
	const Counting = countingSocket(Base as unknown as typeof WebSocket, {
		sends: (frames) => order.push(`counted ${frames}`),
		tooLarge: () => order.push('too large')
	});
	const socket = new Counting('ws://127.0.0.1');
	for (const message of [stepOne, update]) socket.send(message as Uint8Array<ArrayBuffer>);
	expect(order).toEqual(['left', 'counted 1', 'left']);
});

test('what is too large goes in parts that are counted together; what cannot be parted does not leave at all', () => {
	const order: string[] = [];
	class Base {
		send(message: Uint8Array): void {
			order.push(carriesWork(message) ? 'left' : 'left, no work');
		}
	}
	const Counting = countingSocket(Base as unknown as typeof WebSocket, {
		sends: (frames) => order.push(`counted ${frames}`),
		tooLarge: () => order.push('too large')
	});
	const large = (texts: number, size: number): Uint8Array<ArrayBuffer> => {
		const made = new Y.Doc();
		for (let i = 0; i < texts; i++) made.getMap('els').set(`${i}`, new Y.Text('x'.repeat(size)));
		return frame((encoder) => writeUpdate(encoder, Y.encodeStateAsUpdate(made))) as Uint8Array<ArrayBuffer>;
	};
	const socket = new Counting('ws://127.0.0.1');
	socket.send(large(5, 900_000));
	expect(order).toEqual(['counted 5', ...Array<string>(5).fill('left')]);
	order.length = 0;
	socket.send(large(1, 5_000_000));
	expect(order).toEqual(['too large']);
});
