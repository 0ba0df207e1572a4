import { serialize } from 'pg-protocol';
import { expect, test } from 'vitest';
import { ClientBytes, endsSession, LastWords, refusal, type ClientEvent } from './protocol.ts';

const startup = serialize.startup({ user: 'postgres' });

function events(bytes: Uint8Array, pieceBytes = bytes.length): ClientEvent[] {
	const client = new ClientBytes();
	const all: ClientEvent[] = [];
	for (let at = 0; at < bytes.length; at += pieceBytes) {
		for (const event of client.take(bytes.subarray(at, at + pieceBytes))) {
			all.push('bytes' in event ? { ...event, bytes: new Uint8Array(event.bytes) } : event);
		}
	}
	return all;
}
const kinds = (bytes: Uint8Array) => events(bytes).map(({ is }) => is);

test('batches are handed on whole, in whatever pieces they come', () => {
	const extended = Buffer.concat([
		serialize.parse({ name: '', text: 'SELECT 1', types: [] }),
		serialize.bind(),
		serialize.execute(),
		serialize.sync()
	]);
	const all = Buffer.concat([startup, serialize.query('SELECT 2'), extended]);
	for (const pieceBytes of [1, 2, 3, 7, 50]) {
		const batches = events(all, pieceBytes).filter((event) => event.is === 'batch');
		expect(batches).toHaveLength(2);
		expect(Buffer.concat(batches.map(({ bytes }) => bytes))).toEqual(all.subarray(startup.length));
	}
});

test('a batch that ends with a Flush is not settled, one that ends with a Sync is', () => {
	const settled = (last: Uint8Array) => events(Buffer.concat([startup, serialize.bind(), last])).at(-1);
	expect(settled(serialize.flush())).toMatchObject({ is: 'batch', settled: false });
	expect(settled(serialize.sync())).toMatchObject({ is: 'batch', settled: true });
});

test('encryption is asked for before the session starts, a cancel ends it', () => {
	expect(kinds(Buffer.concat([serialize.requestSsl(), startup]))).toEqual(['encryption', 'startup']);
	expect(kinds(serialize.cancel(1, 2))).toEqual(['end']);
	expect(kinds(Buffer.concat([startup, serialize.end()]))).toEqual(['startup', 'end']);
});

test('COPY FROM STDIN never reaches the engine, neither as a query nor prepared, and what follows it does', () => {
	const after = serialize.query('SELECT 1');
	const query = serialize.query('copy t\n from  stdin with csv');
	expect(kinds(Buffer.concat([startup, query, after]))).toEqual(['startup', 'copy-in', 'batch']);
	const prepared = [
		serialize.parse({ name: '', text: 'COPY t FROM STDIN', types: [] }),
		serialize.bind(),
		serialize.sync()
	];
	expect(kinds(Buffer.concat([startup, ...prepared, after]))).toEqual(['startup', 'copy-in', 'batch']);
	expect(kinds(Buffer.concat([startup, serialize.query('COPY t TO STDOUT')]))).toEqual(['startup', 'batch']);
});

test('an error of ours is no end of the session, a FATAL of the server is', () => {
	expect(endsSession(refusal('0A000', 'no FATAL here', false))).toBe(false);
	expect(endsSession(Buffer.from('E\0\0\0\x20SFATAL\0VFATAL\0C57P01\0\0', 'latin1'))).toBe(true);
});

test('an answer is whole when it ends with “ready for the next query”, wherever its pieces are cut', () => {
	const whole = Buffer.concat([Buffer.from('a row'), refusal('53100', 'disk full', false)]);
	for (let cut = 0; cut <= whole.length; cut++) {
		const words = new LastWords();
		words.note(whole.subarray(0, cut));
		expect(words.areReady, `after ${cut} bytes`).toBe(cut === whole.length);
		words.note(whole.subarray(cut));
		expect(words.areReady, `cut after ${cut} bytes`).toBe(true);
	}
});
