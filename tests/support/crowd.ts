/** People at one board, each with a real provider behind a network of their own, who work until they are told to rest. */
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { presentElements } from '#domain/board/commands';
import { createUndo, type Undo } from '#domain/board/undo';
import { Connection } from '../../src/lib/board/sync/connection.ts';
import { doSomething } from './board-deeds.ts';
import { deletedIn, type LogClaims } from './log-claims.ts';
import { openRelay } from './relay.ts';
import { BOARD, type SyncWorld } from './sync-world.ts';

/** Somebody at the board. */
type Member = Readonly<{
	name: string;
	doc: Y.Doc;
	undo: Undo;
	network: Network;
	/** Whether they are connected and know of nothing unsaved; null where the provider does not tell. */
	saved: () => boolean | null;
	/** How the provider would put it. */
	state: () => string;
	leave: () => Promise<void>;
}>;

type Network = Readonly<{ lose: (how: 'cut' | 'silent') => void; mend: () => void; close: () => Promise<void> }>;

export type Stage = Readonly<{
	/** The log that all nodes are on. */
	log: LogClaims;
	nodes: readonly SyncWorld[];
	/** One more node on the same log, to load the board from. */
	another: () => Promise<SyncWorld>;
}>;

// Every provider of y-websocket listens for the end of the process.
process.setMaxListeners(200);

const PATIENCE = { timeout: 30_000, interval: 20 };
const MOST_ELEMENTS = 60;

/**
 * 3 to 20 people do so many deeds, lose their networks, come late and leave. When all have rested, every replica, the log
 * and a fresh load are the same document, and nobody ever took for saved what was not in the log. Answers what happened.
 */
export async function workTogether({ log, nodes, another }: Stage, deeds: number, chance: () => number) {
	const below = (n: number): number => Math.floor(chance() * n);
	const [first] = nodes;
	if (!first) throw new Error('a stage has a node');
	const { epoch } = await log.store.load(BOARD);
	const members: Member[] = [];
	const people = 3 + below(18);
	let [came, cuts, left] = [0, 0, 0];
	const come = async (): Promise<void> => {
		const node = nodes[below(nodes.length)] ?? first;
		const name = `p${came++}`;
		node.access.let(name);
		members.push(await (chance() < 0.6 ? ours : stock)(node, name, log, epoch));
	};
	const early = Math.max(2, Math.ceil(people * 0.6));
	while (came < early) await come();

	for (let deed = 0; deed < deeds; deed++) {
		const member = members[below(members.length)];
		if (!member) break;
		// Somebody works on for a while, most of the time one deed.
		for (let more = chance() < 0.2 ? below(6) : 0; more >= 0; more--) doSomething(member, chance, MOST_ELEMENTS);
		const roll = chance();
		if (roll < 0.03) {
			member.network.lose(chance() < 0.3 ? 'silent' : 'cut');
			cuts++;
		} else if (roll < 0.2) member.network.mend();
		else if (roll < 0.23 && came < people) await come();
		else if (roll < 0.25 && members.length > 2 && member.saved() === true) {
			members.splice(members.indexOf(member), 1);
			left++;
			await member.leave();
		}
		const pause = chance();
		if (pause < 0.3) await new Promise((resolve) => setTimeout(resolve, below(pause < 0.04 ? 150 : 12)));
		else await new Promise(setImmediate);
	}
	while (came < people) await come();
	for (const { network } of members) network.mend();

	try {
		await vi.waitFor(() => {
			const reference = Y.encodeStateVector(log.doc);
			for (const { name, doc, saved, state } of members) {
				if (saved() === false) throw new Error(`${name} is not saved: ${state()}`);
				expect(Y.encodeStateVector(doc), `${name}: ${state()}`).toEqual(reference);
			}
		}, PATIENCE);
		const fresh = await (await another()).join('p0');
		const others = [
			{ name: 'loaded afresh', doc: fresh.doc },
			{ name: 'in the log', doc: await log.stored() }
		];
		for (const { name, doc } of [...members, ...others]) expectSame(name, doc, log.doc);
		expect(log.lies).toEqual([]);
	} finally {
		await Promise.all(members.map((member) => member.leave()));
	}
	return { people, deeds, cuts, left, claims: log.claims };
}

/** All that Yjs knows of two documents is equal: structs, deletions, nothing put aside, and what a board shows of it. */
function expectSame(name: string, doc: Y.Doc, reference: Y.Doc): void {
	expect(doc.store.pendingStructs, name).toBeNull();
	expect(doc.store.pendingDs, name).toBeNull();
	expect(Y.encodeStateVector(doc), name).toEqual(Y.encodeStateVector(reference));
	expect(Y.equalDeleteSets(deletedIn(doc), deletedIn(reference)), `${name}: deletions`).toBe(true);
	expect(doc.getMap('els').toJSON(), name).toEqual(reference.getMap('els').toJSON());
	expect(presentElements(doc), name).toEqual(presentElements(reference));
}

function socketWith(cookie: string): typeof globalThis.WebSocket {
	class Line extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(url, protocols, { headers: { cookie } });
		}
	}
	return Line as unknown as typeof globalThis.WebSocket;
}

async function networkTo({ base }: SyncWorld): Promise<{ network: Network; near: string }> {
	const relay = await openRelay('127.0.0.1', Number(new URL(base).port));
	let lost = false;
	const network: Network = {
		lose(how) {
			lost = true;
			relay.be(how);
		},
		mend() {
			if (!lost) return;
			lost = false;
			// Whatever went into a silent network is gone, and so is what it was part of.
			relay.be('cut');
			relay.be('open');
		},
		close: relay.close
	};
	return { network, near: `ws://127.0.0.1:${relay.port}/sync` };
}

/** The page's own line. */
async function ours(node: SyncWorld, name: string, log: LogClaims, epoch: number): Promise<Member> {
	const { network, near } = await networkTo(node);
	const line = new Connection({ base: near, doc: BOARD, epoch, person: null, socket: socketWith(name) });
	line.onState(({ is }) => {
		if (is === 'saved') log.allSaved(name, line.doc);
	});
	const { undo, leave } = atWork(line.doc, name, log);
	return {
		name,
		doc: line.doc,
		undo,
		network,
		saved: () => line.state.is === 'saved',
		state: () => JSON.stringify(line.state),
		async leave() {
			leave();
			await line.destroy();
			await network.close();
		}
	};
}

/** An unmodified y-websocket client. */
async function stock(node: SyncWorld, name: string, log: LogClaims): Promise<Member> {
	const { network, near } = await networkTo(node);
	const doc = new Y.Doc();
	const provider = new WebsocketProvider(near, BOARD, doc, {
		// Two clients in one process would reach each other through BroadcastChannel, past the server.
		disableBc: true,
		maxBackoffTime: 500,
		WebSocketPolyfill: socketWith(name)
	});
	const { undo, leave } = atWork(doc, name, log);
	return {
		name,
		doc,
		undo,
		network,
		saved: () => null,
		state: () => `stock, ${provider.shouldConnect ? 'connecting' : 'given up'}, synced ${provider.synced}`,
		async leave() {
			leave();
			provider.destroy();
			provider.awareness.destroy();
			await network.close();
		}
	};
}

/** A person's own undo, and an eye on what reaches them. */
function atWork(doc: Y.Doc, name: string, log: LogClaims): { undo: Undo; leave: () => void } {
	const undo = createUndo(doc);
	const onUpdate = (update: Uint8Array, origin: unknown): void => {
		if (origin instanceof WebsocketProvider) log.seen(name, update);
	};
	doc.on('update', onUpdate);
	return {
		undo,
		leave() {
			doc.off('update', onUpdate);
			undo.destroy();
		}
	};
}
