import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { presentElements } from '#domain/board/commands';
import { createUndo } from '#domain/board/undo';
import { createPostgresDocumentStore } from '#server/adapters/postgres/document-store';
import { openPostgresRecords } from '#server/adapters/postgres/records';
import { Connection } from '../../src/lib/board/sync/connection.ts';
import { openBalancer } from '../support/balancer.ts';
import { doSomething } from '../support/board-deeds.ts';
import { freePort } from '../support/free-port.ts';
import { chanceFrom, rounds } from '../support/killed-process.ts';
import { deletedIn } from '../support/log-claims.ts';
import { POSTGRES_PROGRAMS, startPostgres } from '../support/postgres-server.ts';
import { startProduct, type Product } from '../support/product.ts';
import { silent } from '../support/records.ts';
import { REDIS_SERVER, startRedis } from '../support/sync-redis.ts';
import { visitor } from '../support/visitor.ts';

/** Providers listen for the end of the process. */
process.setMaxListeners(200);

const NODES = 3;
const PEOPLE = 10;
const MOST_ELEMENTS = 80;
/** So long after the last trouble everybody must be of one mind. */
const PATIENCE = { timeout: 60_000, interval: 50 };
/** Nobody is shown for longer than this after they are gone, and nobody who is there is missing for longer. */
const HERE = { timeout: 15_000, interval: 100 };

type Member = Readonly<{
	name: string;
	doc: Y.Doc;
	undo: ReturnType<typeof createUndo>;
	/** Null where the provider does not tell. */
	saved: () => boolean | null;
	state: () => string;
	/** ClientIDs that it is shown with a state. */
	sees: () => readonly number[];
	present: (at: number) => void;
	leave: () => Promise<void>;
}>;

type Way = Readonly<{ cookie: string; host: string }>;

/** What somebody took for saved: it must be in the log at the end. */
type Claim = Readonly<{ by: string; vector: Uint8Array; deleted: ReturnType<typeof deletedIn> }>;

/** Sockets of somebody; by whichever way they go, they ask for the address that people know. */
function socketWith({ cookie, host }: Way): typeof globalThis.WebSocket {
	class Line extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(url, protocols, { headers: { cookie, host } });
		}
	}
	return Line as unknown as typeof globalThis.WebSocket;
}

function seesIn(states: ReadonlyMap<number, object>): readonly number[] {
	return [...states].filter(([, state]) => Object.keys(state).length > 0).map(([client]) => client);
}

/** The page's own line. */
function ours(base: string, board: string, name: string, way: Way, claims: Claim[]): Member {
	const line = new Connection({ base, doc: board, epoch: 1, person: null, socket: socketWith(way) });
	line.onState(({ is }) => {
		if (is !== 'saved') return;
		claims.push({ by: name, vector: Y.encodeStateVector(line.doc), deleted: deletedIn(line.doc) });
	});
	return {
		name,
		doc: line.doc,
		undo: createUndo(line.doc),
		saved: () => line.state.is === 'saved',
		state: () => JSON.stringify(line.state),
		sees: () => seesIn(line.awareness.getStates()),
		present: (at) => line.awareness.setLocalState({ p: [at, at] }),
		leave: () => line.destroy()
	};
}

/** An unmodified y-websocket client. */
function stock(base: string, board: string, name: string, way: Way): Member {
	const doc = new Y.Doc();
	const provider = new WebsocketProvider(base, board, doc, {
		disableBc: true,
		maxBackoffTime: 1_000,
		WebSocketPolyfill: socketWith(way)
	});
	return {
		name,
		doc,
		undo: createUndo(doc),
		saved: () => null,
		state: () => `stock, synced ${provider.synced}`,
		sees: () => seesIn(provider.awareness.getStates()),
		present: (at) => provider.awareness.setLocalState({ p: [at, at] }),
		async leave() {
			provider.destroy();
			provider.awareness.destroy();
		}
	};
}

const runs = REDIS_SERVER !== undefined && POSTGRES_PROGRAMS !== null;
if (!runs) console.log('not run: chaos among nodes, which needs PostgreSQL and Redis as programs');
test.runIf(process.env['CI'] === 'true')('PostgreSQL and Redis are present as programs where CI is set', () => {
	expect(runs).toBe(true);
});

test.runIf(runs)(
	'nodes are killed, stand still and lose what they share: everybody ends equal, and nothing is lost',
	async () => {
		const seed = Number(process.env['NABIJ_SEED'] ?? Date.now() % 1_000_000);
		console.log(`chaos among nodes: NABIJ_SEED=${seed}`);
		const chance = chanceFrom(seed);
		const below = (n: number): number => Math.floor(chance() * n);
		const postgres = await startPostgres(POSTGRES_PROGRAMS ?? '');
		const redis = await startRedis(REDIS_SERVER ?? '');
		const port = await freePort();
		const host = `127.0.0.1:${port}`;
		const env = {
			ORIGIN: `http://${host}`,
			TRUST_PROXY: '1',
			DATABASE_URL: postgres.url,
			REDIS_URL: redis.url,
			SECRET_KEY: 'a secret that all nodes of this test share',
			NABIJ_BENCH: '1',
			LOG_LEVEL: 'error'
		};
		const nodes: Product[] = [];
		onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.stop()))));
		// What a node prints is the address that people know; its own is told it.
		const ports: number[] = [];
		for (let i = 0; i < NODES; i++) ports.push(await freePort());
		for (const own of ports) nodes.push(await startProduct({ env, port: own }));
		const balancer = await openBalancer(ports, port);
		onTestFinished(balancer.close);
		const base = `ws://${host}/sync`;

		const ada = visitor(env.ORIGIN);
		await ada.call('POST', '/api/v1/accounts', { name: 'Ada', email: 'ada@example.org', password: 'a long password' });
		const team: string = (await ada.call('POST', '/api/v1/teams', { name: 'Team' })).json.id;
		const board: string = (await ada.call('POST', '/api/v1/boards', { team, title: 'Chaos' })).json.id;
		const { token } = (await ada.call('POST', `/api/v1/boards/${board}/links`, { role: 'editor' })).json;
		const claims: Claim[] = [];
		const members: Member[] = [];
		const ways: Way[] = [];
		for (let i = 0; i < PEOPLE; i++) {
			const guest = visitor(env.ORIGIN);
			await guest.call('POST', '/api/v1/guests', { token, name: `P${i}` });
			const way = { cookie: guest.cookie(), host };
			ways.push(way);
			members.push(i % 4 === 3 ? stock(base, board, `P${i}`, way) : ours(base, board, `P${i}`, way, claims));
		}

		const again = async (at: number): Promise<void> => {
			const node = nodes[at];
			if (!node) return;
			await node.killServer();
			await pause(below(2_000));
			nodes[at] = await node.again();
		};
		const stopped = (at: number, ms: number): Promise<void> => {
			const pid = nodes[at]?.pid ?? 0;
			process.kill(pid, 'SIGSTOP');
			return pause(ms).then(() => void process.kill(pid, 'SIGCONT'));
		};
		const frozen = async (ms: number): Promise<void> => {
			redis.freeze();
			await pause(ms);
			redis.thaw();
		};
		const troubles: Readonly<Record<string, () => Promise<unknown>>> = {
			'a node is killed': () => again(below(NODES)),
			'two nodes are killed': () => Promise.all([again(0), again(1 + below(NODES - 1))]),
			'a node stands still': () => stopped(below(NODES), 15_000),
			'Redis stands still': () => frozen(10_000),
			'subscriptions are killed': () => redis.hangUp('pubsub'),
			'Redis is killed': () => redis.kill().then(redis.start),
			'a table is locked': () => postgres.lock('log_head', 2_000),
			'PostgreSQL restarts': () => postgres.restart('fast'),
			'PostgreSQL crashes': () => postgres.restart('immediate')
		};
		// In short, those that take seconds; in full, all of them some times over, in any order.
		const short = [
			'a node is killed',
			'a table is locked',
			'subscriptions are killed',
			'PostgreSQL crashes',
			'Redis is killed'
		];
		const names = rounds(4, 1) === 1 ? short : Array.from({ length: 4 }, () => Object.keys(troubles)).flat();
		const order = names.map((name) => [chance(), name] as const).sort(([one], [other]) => one - other);

		let working = true;
		let deeds = 0;
		const work = async (): Promise<void> => {
			for (; working; deeds++) {
				const member = members[below(members.length)];
				if (!member) return;
				doSomething(member, chance, MOST_ELEMENTS);
				if (chance() < 0.3) member.present(deeds);
				await pause(5 + below(20));
			}
		};
		const hands = work();
		try {
			for (const [, name] of order) {
				console.log(`  ${name}, after ${deeds} deeds`);
				await troubles[name]?.();
				await pause(500 + below(1_500));
			}
		} finally {
			working = false;
			await hands;
		}
		for (const [i, member] of members.entries()) member.present(i);

		const records = await openPostgresRecords({ databaseUrl: postgres.url, log: silent });
		onTestFinished(() => records.close());
		const store = createPostgresDocumentStore(records, silent);
		const stored = async (): Promise<Y.Doc> => {
			const doc = new Y.Doc();
			const rows = await store.since(board, 0);
			expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, at) => at + 1));
			for (const { update } of rows) Y.applyUpdate(doc, update);
			return doc;
		};
		await vi.waitFor(async () => {
			const reference = Y.encodeStateVector(await stored());
			for (const { name, doc, saved, state } of members) {
				if (saved() === false) throw new Error(`${name} is not saved: ${state()}`);
				expect(Y.encodeStateVector(doc), `${name}: ${state()}`).toEqual(reference);
			}
		}, PATIENCE);
		const log = await stored();
		const late = ports.map((own, i) => {
			const way = ways[i] ?? { cookie: '', host };
			return ours(`ws://127.0.0.1:${own}/sync`, board, `late ${i}`, way, claims);
		});
		await vi.waitFor(() => late.forEach(({ saved, state }) => expect(saved(), state()).toBe(true)), PATIENCE);
		for (const { name, doc } of [...members, ...late]) {
			expect(Y.equalDeleteSets(deletedIn(doc), deletedIn(log)), `${name}: deletions`).toBe(true);
			expect(doc.getMap('els').toJSON(), name).toEqual(log.getMap('els').toJSON());
			expect(presentElements(doc), name).toEqual(presentElements(log));
		}

		const deleted = deletedIn(log);
		for (const { by, vector, deleted: claimed } of claims) {
			for (const [client, clock] of Y.decodeStateVector(vector)) {
				expect(Y.getState(log.store, client), `${by} took for saved`).toBeGreaterThanOrEqual(clock);
			}
			for (const [client, ranges] of claimed.clients) {
				for (const { clock, len } of ranges) {
					for (const at of [clock, clock + len - 1]) {
						expect(Y.isDeleted(deleted, Y.createID(client, at)), `${by} took a deletion for saved`).toBe(true);
					}
				}
			}
		}
		expect(claims.length).toBeGreaterThan(PEOPLE);

		// Who is here: through every node the same, and true.
		const here = members.map(({ doc }) => doc.clientID).sort();
		const seen = (member: Member): readonly number[] =>
			[...member.sees()].filter((client) => !late.some(({ doc }) => doc.clientID === client)).sort();
		await vi.waitFor(() => {
			for (const member of [...members, ...late]) expect(seen(member), member.name).toEqual(here);
		}, HERE);
		await vi.waitFor(async () => {
			for (const own of ports) {
				const floor = await floorOf(own, team, { cookie: ada.cookie(), host });
				for (const { name } of members) expect(floor, `${own}`).toContain(`"${name}"`);
			}
		}, HERE);
		const [gone] = members.splice(0, 1);
		await gone?.leave();
		await vi.waitFor(() => {
			for (const member of [...members, ...late]) expect(seen(member)).not.toContain(gone?.doc.clientID);
		}, HERE);
		await Promise.all([...members, ...late].map((member) => member.leave()));
	}
);

/** What the floor is told, through one node. */
async function floorOf(port: number, team: string, headers: Way): Promise<string> {
	const answer = await new Promise<http.IncomingMessage>((answered, failed) => {
		http.get(`http://127.0.0.1:${port}/t/${team}/__data.json`, { headers }, answered).on('error', failed);
	});
	return text(answer);
}
