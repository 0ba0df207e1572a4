/** A sync server under attack: sockets of all roles send what no client sends, while two honest people go on working. */
import type { Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { BoardRole } from '#domain/board/roles';
import { CLOSE } from '#domain/wire/close-codes';
import { frame, framed } from './hostile-frames.ts';
import { goodMessages, hostileMessage, type Chance } from './hostile-messages.ts';
import { until, RawClient } from './sync-client.ts';
import { cookieOf, sqliteLog, startSyncProcess, type MemoryBytes } from './sync-process.ts';

const BOARD = 'board-0000001';
const LANES = 6;
/** What one socket sends at most: few, since the first wrong one ends it, and nobody reads the others. */
const VOLLEY = 5;
const NO_SUCH_KIND = frame({ opcode: 2, payload: Uint8Array.of(99) });
const ROLES: readonly BoardRole[] = ['editor', 'editor', 'commenter', 'viewer'];

type Attacker = Readonly<{ role: BoardRole; nabij: boolean; name: string }>;
/** How a socket ended; `held`: it was left in the middle of a message, and we hung up. `parted`: it had said goodbye. */
type End = Readonly<{ code: number; reason: string; held: boolean; parted: boolean }>;
export type Siege = Readonly<{
	sent: number;
	/** How many sockets ended with which code. */
	ends: Readonly<Record<string, number>>;
	before: MemoryBytes;
	after: MemoryBytes;
}>;

/**
 * Sends so many inputs, and expects of each socket an end that the contract has for it, of the server that it stays and does
 * not grow, and of two honest people that they notice nothing.
 */
export async function besiege(inputs: number, chance: Chance): Promise<Siege> {
	const log = sqliteLog();
	const server = await startSyncProcess({ log: log.place });
	onTestFinished(() => server.kill());
	let died: string | null = null;
	void server.ended.then((errors) => (died = errors));
	const url = `${server.base}/${BOARD}`;
	const honest = async (name: string): Promise<RawClient> => {
		const client = await new RawClient(url, { cookie: cookieOf(name) }).join();
		onTestFinished(() => client.drop());
		return client;
	};
	const [writer, reader] = [await honest('writer'), await honest('reader')];
	const good = goodMessages();
	const ends: Record<string, number> = {};
	let [sent, attackers, written] = [0, 0, 0];

	async function attack(upTo: number): Promise<void> {
		while (sent < upTo) {
			const role = ROLES[Math.floor(chance() * ROLES.length)] ?? 'viewer';
			const attacker = { role, nabij: chance() < 0.6, name: `${role}${++attackers}` };
			const volley = Math.min(1 + Math.floor(chance() * VOLLEY), upTo - sent);
			sent += volley;
			const end = await storm(url, attacker, volley, good, chance);
			expect(refuseEnd(end, attacker), JSON.stringify({ ...end, ...attacker })).toBeNull();
			const key = end.held ? 'held' : `${end.code} ${end.reason}`.trim();
			ends[key] = (ends[key] ?? 0) + 1;
		}
	}
	async function work(): Promise<void> {
		writer.edit((doc) => doc.getMap('honest').set('n', ++written));
		await until(() => expect(reader.doc.getMap('honest').get('n')).toBe(written));
	}
	async function lay(upTo: number): Promise<MemoryBytes> {
		const lanes = Promise.all(Array.from({ length: LANES }, () => attack(upTo)));
		let over = false;
		void lanes.finally(() => (over = true)).catch(() => undefined);
		while (!over && died === null) await Promise.race([work(), server.ended]);
		expect(died, 'the server ended').toBeNull();
		await lanes;
		return server.memory();
	}

	const before = await lay(Math.floor(inputs / 4));
	const after = await lay(inputs);
	await writer.settled();
	expect([writer, reader].map(({ socket }) => socket.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
	const fresh = await honest('fresh');
	for (const { doc } of [writer, reader]) {
		await until(() => expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(fresh.doc)));
		expect(doc.getMap('els').toJSON()).toEqual(fresh.doc.getMap('els').toJSON());
	}
	expect(fresh.doc.store.pendingStructs).toBeNull();
	const store = await log.read();
	const authors = new Set((await store.since(BOARD, 0)).map(({ author }) => author.replace(/\d+$/u, '')));
	await store.close();
	expect(authors).toEqual(new Set(['writer', 'editor']));
	return { sent, ends, before, after };
}

/** One socket: its volley, in pieces as a network cuts them, and a last message that nobody can take for one. */
async function storm(
	url: string,
	{ role, nabij, name }: Attacker,
	volley: number,
	good: readonly Uint8Array[],
	chance: Chance
): Promise<End> {
	const ws = new WebSocket(url + (nabij ? '?nabij=1&schema=1' : ''), { headers: { cookie: cookieOf(name, role) } });
	let raw: Socket | null = null;
	ws.on('upgrade', ({ socket }) => (raw = socket));
	// The server's goodbye counts, not what became of ours.
	ws.on('error', () => undefined);
	const closed = new Promise<Pick<End, 'code' | 'reason'>>((resolve) => {
		ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
	});
	await new Promise((resolve) => ws.once('open', resolve).once('close', resolve));
	const frames: Buffer[] = [];
	let [held, parted] = [false, false];
	for (let i = 0; i < volley; i++) {
		const { bytes, hangs = false, goodbye = false } = framed(hostileMessage(good, chance), chance);
		frames.push(bytes);
		held ||= hangs;
		parted ||= goodbye;
	}
	const bytes = Buffer.concat([...frames, NO_SUCH_KIND]);
	const socket = raw as Socket | null;
	for (let at = 0; at < bytes.length && socket?.writable;) {
		const piece = 1 + Math.floor(chance() * 4_000);
		socket.write(bytes.subarray(at, at + piece));
		at += piece;
		if (chance() < 0.2) await new Promise(setImmediate);
	}
	// The server rightly waits for the rest of what was announced; we hang up, as its silence would in the end.
	if (held) setTimeout(() => ws.terminate(), 200);
	const end = await closed;
	return { ...end, held: held && end.code === 1006, parted };
}

/** Why a socket may not have ended like this, or null. */
function refuseEnd({ code, reason, held, parted }: End, { role }: Attacker): string | null {
	if (held || code === CLOSE.malformed || code === CLOSE.tooLarge) return null;
	if (parted && code >= 1000 && code < 1015) return null;
	if (code === CLOSE.roleMayNot) return role === 'editor' ? 'an editor may write' : null;
	return `${code} ${reason} is not said to such a socket`;
}
