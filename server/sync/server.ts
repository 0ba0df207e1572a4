import { randomUUID } from 'node:crypto';
import { Refused } from '#domain/refusal';
import {
	ACCESS_TOPIC,
	accessChangeSchema,
	BOARD_TOPIC,
	boardChangeSchema,
	readAnnouncement
} from '#domain/wire/announcement';
import { CLOSE } from '#domain/wire/close-codes';
import type { Person } from '#domain/wire/control';
import type { Admission } from '#server/ports/access';
import type { Address } from './address.ts';
import { Arrivals } from './arrivals.ts';
import { Allowances } from './allowances.ts';
import { docTopic, encodeBusMessage } from './bus-messages.ts';
import { Checkpoints } from './checkpoints.ts';
import { CommitQueue } from './commit-queue.ts';
import { concerns } from './concerns.ts';
import { Connection } from './connection.ts';
import { Counts } from './counts.ts';
import { DocumentBudget } from './document-budget.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { OpenRooms } from './open-rooms.ts';
import { Room } from './room.ts';
import { writeByHand } from './hand.ts';
import { Revalidation } from './revalidation.ts';
import { ownHeap, SpareMemory } from './spare-memory.ts';
import type { SyncDeps, SyncServer } from './sync-server.ts';
import { Upgrades, type Arriving } from './upgrades.ts';
import { Whereabouts } from './whereabouts.ts';

export type { SyncServer } from './sync-server.ts';

const PULSE_MS = 1_000;
/** About what a socket and its part of a room take. */
const SOCKET_BYTES = 32 * 1_024;

/** Starts serving; nothing is asked of the store or of access before the first socket. */
export async function createSyncServer(deps: SyncDeps): Promise<SyncServer> {
	const { store, states, bus, access, clock, log, config } = deps;
	const limits: Limits = { ...DEFAULT_LIMITS, ...deps.limits };
	/** The name of this node among the others, for as long as it runs. */
	const node = randomUUID();
	const queue = new CommitQueue(store, limits, log, deps.onCommit);
	const checkpoints = new Checkpoints({ store, states, log });
	const counts = new Counts();
	const allowances = new Allowances(limits.answerShare, config.bench ? Infinity : limits.answerBurstMs);
	const spare = new SpareMemory(ownHeap());
	const budget = new DocumentBudget(limits, (bytes) => spare.freed(bytes));
	const whereabouts = new Whereabouts(node, bus, limits, log);
	const shared = { store, bus, clock, log, limits, queue, node, allowances, budget, checkpoints };
	const rooms = new OpenRooms(limits, (doc, onEnd) => new Room(doc, { ...shared, onEnd }));
	const connections = new Set<Connection>();
	const perPerson = new Map<string, number>();
	const upgrades = new Upgrades({ limits, counts, log });
	const revalidation = new Revalidation({
		bus,
		store,
		log,
		limits,
		rooms: () => rooms.all,
		reassure: () => connections.forEach((connection) => connection.watch.reassure())
	});
	let closing: Promise<void> | null = null;

	function letIn(arriving: Arriving, admission: Admission, room: Room, address: Address): void {
		const { socket } = arriving;
		const person = admission.person.id;
		upgrades.letIn(arriving, (ws) => {
			perPerson.set(person, (perPerson.get(person) ?? 0) + 1);
			const connection = new Connection({ ws, socket, address }, admission, room, {
				access,
				clock,
				log,
				limits,
				counts,
				onHere: (one) => whereabouts.enter(one.admission.board, one, one.person),
				onUnknown: (one) => whereabouts.leave(one.admission.board, one),
				onEnd(one) {
					connections.delete(one);
					spare.freed(SOCKET_BYTES);
					whereabouts.leave(one.admission.board, one);
					const left = (perPerson.get(person) ?? 1) - 1;
					if (left > 0) perPerson.set(person, left);
					else perPerson.delete(person);
				}
			});
			connections.add(connection);
			whereabouts.enter(admission.board, connection, admission.person);
			connection.start();
		});
	}

	const arrivals = new Arrivals({
		access,
		rooms,
		revalidation,
		upgrades,
		log,
		limits,
		full: (person) => !config.bench && (perPerson.get(person) ?? 0) >= limits.socketsPerPerson,
		letIn
	});

	const unsubscribe = await Promise.all([
		bus.subscribe(ACCESS_TOPIC, (bytes) => {
			const change = readAnnouncement(accessChangeSchema, bytes);
			if (!change) return;
			arrivals.doubt(change);
			for (const connection of connections) if (concerns(change, connection.admission)) connection.watch.ask();
		}),
		bus.subscribe(BOARD_TOPIC, (bytes) => {
			const change = readAnnouncement(boardChangeSchema, bytes);
			if (!change) return;
			for (const connection of connections) {
				if (connection.admission.board !== change.board) continue;
				if (change.title !== undefined) connection.tellTitle(change.title);
				if (change.deleted) connection.watch.ask();
			}
		})
	]);
	// A revocation may have been among what was lost. And who came or went meanwhile is asked of the other nodes.
	const unsubscribeGap = bus.onGap(() => {
		arrivals.doubt(null);
		for (const connection of connections) connection.watch.ask();
		for (const room of rooms.all) room.mindGap();
		whereabouts.beat();
	});
	await whereabouts.open();

	let beatAt = performance.now();
	let pulseAt = beatAt;
	const pulse = setInterval(() => {
		const now = performance.now();
		const lateMs = now - pulseAt - PULSE_MS;
		pulseAt = now;
		if (lateMs > PULSE_MS) for (const connection of connections) connection.excuse(lateMs);
		for (const connection of connections) guarded(() => connection.pulse(now));
		for (const room of rooms.all) guarded(() => room.pulse(now));
		guarded(() => rooms.coolDown(now));
		guarded(() => allowances.sweep(now));
		guarded(() => revalidation.pulse(now));
		if (now - beatAt < limits.beatMs) return;
		beatAt = now;
		guarded(() => whereabouts.beat());
		for (const room of rooms.all) guarded(() => room.beat());
	}, PULSE_MS);
	pulse.unref();

	/** An edge: one part's fault stops neither the others' beat nor the process. */
	function guarded(act: () => void): void {
		try {
			act();
		} catch (error) {
			log.error({ err: error }, 'a part of the sync server missed its beat');
		}
	}

	async function close(): Promise<void> {
		for (const connection of connections) connection.pause();
		arrivals.giveUp('shutdown');
		await queue.stop(limits.drainMs);
		const goodbyes = [...connections].map((connection) => {
			connection.end(CLOSE.tryAgain, 'shutdown');
			return connection.closed;
		});
		await Promise.all(goodbyes);
		clearInterval(pulse);
		for (const end of [...unsubscribe, unsubscribeGap]) end();
		whereabouts.close();
		budget.close();
		spare.close();
		rooms.close();
	}

	async function write(doc: string, by: Person, update: Uint8Array): Promise<void> {
		if (closing || queue.troubled) throw new Refused('part.down', 5);
		let { room, opened } = rooms.open(doc);
		for (await opened; room.ended; await opened) ({ room, opened } = rooms.open(doc));
		await writeByHand(room, by, update, limits.handMs);
	}

	async function pause(doc: string, renew: () => Promise<Readonly<{ epoch: number }> | null>): Promise<void> {
		if (closing || queue.troubled) throw new Refused('part.down', 5);
		const room = rooms.get(doc);
		try {
			await room?.hold();
			const renewed = await renew();
			if (!renewed) return;
			bus.publish(docTopic(doc), encodeBusMessage({ is: 'epoch', node, epoch: renewed.epoch }));
			// Its own messages a node does not hear; and a room that was opened meanwhile may have read the old epoch.
			for (const one of [room, rooms.get(doc)]) if (one && one.epoch !== renewed.epoch) one.endEpoch();
		} finally {
			room?.release();
		}
	}

	return {
		write,
		pause,
		upgrade(req, socket, head, doc) {
			socket.on('error', (error) => log.debug({ err: error, doc }, 'a socket failed before its upgrade'));
			if (closing) {
				socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
				return;
			}
			void arrivals.arrive({ socket, req, head, doc });
		},
		peopleAt: (board) => whereabouts.at(board),
		stats: () => ({
			rooms: rooms.size,
			documents: [...rooms.all].filter((room) => room.awake).length,
			sockets: connections.size,
			commits: queue.commits,
			troubled: queue.troubled,
			waiting: [...rooms.all].reduce((sum, room) => sum + room.waitingMessages, 0),
			counts
		}),
		close: () => (closing ??= close())
	};
}
