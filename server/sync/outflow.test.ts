import { Writable, type Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { Outflow } from './outflow.ts';

/** A socket whose other end reads only when it is told to, and a way out to it. */
function slowReader(limits: Readonly<{ fleetingBytes: number; backlogBytes: number }>) {
	const waiting: (() => void)[] = [];
	const socket = new Writable({
		write(_bytes, _encoding, done) {
			waiting.push(done);
		}
	});
	return {
		outflow: new Outflow(socket as unknown as Duplex, limits, { writes: 0, writtenBytes: 0 }),
		async reads() {
			while (socket.writableLength > 0) {
				waiting.shift()?.();
				await new Promise(setImmediate);
			}
		}
	};
}

const bytes = (count: number): Uint8Array => new Uint8Array(count);

test('with as much unsent as a reader may owe it is written to, and with one byte more not', () => {
	const { outflow } = slowReader({ fleetingBytes: 0, backlogBytes: 100 });
	expect(outflow.write(bytes(100))).toBe(true);
	expect(outflow.write(bytes(1))).toBe(true);
	expect(outflow.write(bytes(1))).toBe(false);
});

test('with as much unsent as its bound a reader keeps up, and with one byte more not, until it has read', async () => {
	const { outflow, reads } = slowReader({ fleetingBytes: 10, backlogBytes: 100 });
	outflow.write(bytes(10));
	expect(outflow.keepsUp).toBe(true);
	outflow.write(bytes(1));
	expect(outflow.keepsUp).toBe(false);
	await reads();
	expect(outflow.keepsUp).toBe(true);
});

test('one answer may be owed beside the usual, and a second not before it is read', async () => {
	const { outflow, reads } = slowReader({ fleetingBytes: 0, backlogBytes: 100 });
	expect(outflow.writeAnswer(bytes(1_000))).toBe(true);
	expect(outflow.write(bytes(100))).toBe(true);
	expect(outflow.write(bytes(1))).toBe(true);
	expect(outflow.write(bytes(1))).toBe(false);
	expect(outflow.writeAnswer(bytes(1))).toBe(false);
	await reads();
	expect(outflow.writeAnswer(bytes(1_000))).toBe(true);
});
