import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { proxyMedia } from '#server/adapters/livekit/proxy';
import type { Admission } from '#server/ports/access';
import { ACCESS_TOPIC, encodeAnnouncement, type AccessChange } from '#domain/wire/announcement';
import { CLOSE } from '#domain/wire/close-codes';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { silent } from '../support/records.ts';
import { until } from '../support/sync-client.ts';
import { BOARD, SaidAccess, startSync } from '../support/sync-world.ts';

/** Access during whose every answer something is announced that it does not hold yet. */
class RestlessAccess extends SaidAccess {
	readonly bus = createMemoryBus();
	readonly change: AccessChange;
	asked = 0;
	/** What happens while the answer to this question, counted from one, is on its way back. */
	readonly meanwhile: (asked: number) => void;

	constructor(change: AccessChange, meanwhile: (asked: number) => void = () => {}) {
		super();
		this.change = change;
		this.meanwhile = meanwhile;
		this.let('ada');
	}

	#announce(): void {
		this.bus.publish(ACCESS_TOPIC, encodeAnnouncement(this.change));
	}

	override async admit(cookieHeader: string | undefined, doc: string): Promise<Admission> {
		this.#announce();
		return super.admit(cookieHeader, doc);
	}

	override async again(admission: Admission): Promise<Admission | 'ended' | 'gone'> {
		this.asked++;
		const answer = await super.again(admission);
		await new Promise(setImmediate);
		this.meanwhile(this.asked);
		this.#announce();
		return answer;
	}
}

test('what others change about themselves keeps nobody out', async () => {
	const access = new RestlessAccess({ kind: 'person', person: 'mallory' });
	const world = await startSync({ access, bus: access.bus });
	await world.join('ada');
	// Once, since while the records were asked for the first time it could have been anyone's change.
	expect(access.asked).toBe(1);
});

test('nobody is let in by an answer that was overtaken, however often that happens', async () => {
	const access = new RestlessAccess({ kind: 'board', board: BOARD }, (asked) => {
		if (asked === 9) access.say('ada', 'gone');
	});
	const world = await startSync({ access, bus: access.bus });
	const ada = world.open('ada');
	const heard = vi.fn();
	ada.socket.on('message', heard);
	expect((await ada.closed).code).toBe(CLOSE.unknownDocument);
	expect(heard).not.toHaveBeenCalled();
	expect(access.asked).toBe(10);
});

test('who is changed without end while they arrive is told in time to come again', async () => {
	const access = new RestlessAccess({ kind: 'board', board: BOARD });
	const world = await startSync({ access, bus: access.bus, limits: { handshakeMs: 50 } });
	const ada = world.open('ada');
	const heard = vi.fn();
	ada.socket.on('message', heard);
	expect(await ada.closed).toEqual({ code: CLOSE.tryAgain, reason: 'slow' });
	expect(heard).not.toHaveBeenCalled();
	const { asked } = access;
	await new Promise(setImmediate);
	await new Promise(setImmediate);
	expect(access.asked, 'nobody waits for that answer').toBe(asked);
});

test('who is not admitted in time hears so at once', async () => {
	const access = new SaidAccess();
	access.admit = () => new Promise(() => undefined);
	const { open } = await startSync({ access, limits: { handshakeMs: 50 } });
	expect(await open('ada').closed).toEqual({ code: CLOSE.tryAgain, reason: 'slow' });
});

/** A socket that upgrades by hand, and neither closes nor waits. */
async function stranger(port: number, path: string) {
	const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
	onTestFinished(() => void socket.destroy());
	const head = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
	const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
	socket.write(`GET ${path} HTTP/1.1\r\n${[...head, key].join('\r\n')}\r\n\r\n`);
	await once(socket, 'data');
	return socket;
}

/** The head of a masked binary message of so many bytes. */
function headOf(bytes: number): Buffer {
	const head = Buffer.alloc(14);
	head.writeUInt16BE(0x82ff);
	head.writeBigUInt64BE(BigInt(bytes), 2);
	return head;
}

/** Waits until the other side has ended it. */
const ended = (socket: Awaited<ReturnType<typeof stranger>>): Promise<unknown> =>
	until(() => expect(socket.readableEnded || socket.destroyed).toBe(true));

test('a socket that is turned away is not listened to: a long message ends it at its first byte', async () => {
	const world = await startSync({ limits: { goodbyeMs: 60_000 } });
	const socket = await stranger(Number(new URL(world.base).port), `/sync/${BOARD}`);
	socket.write(headOf(30 * 1024 * 1024));
	await ended(socket);
});

test('a socket that is turned away and says no goodbye is ended soon', async () => {
	const world = await startSync({ limits: { goodbyeMs: 100 } });
	await ended(await stranger(Number(new URL(world.base).port), `/sync/${BOARD}`));
});

test('while there are no calls, a socket that asks for one is not listened to either, and is ended soon', async () => {
	const proxy = proxyMedia({ media: { upstream: null }, admits: async () => false, log: silent });
	const server = http.createServer().listen(0, '127.0.0.1');
	server.on('upgrade', (req, socket, head) => void proxy.upgrade(req, socket, head));
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const { port } = server.address() as AddressInfo;
	const long = await stranger(port, '/livekit/rtc');
	long.write(headOf(30 * 1024 * 1024));
	const quiet = await stranger(port, '/livekit/rtc');
	await Promise.all([ended(long), ended(quiet)]);
});
