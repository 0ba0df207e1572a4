import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { createPostgresDocumentStore } from '#server/adapters/postgres/document-store';
import { openRedisBus } from '#server/adapters/redis/bus';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import type { Bus } from '#server/ports/bus';
import type { DocumentStore } from '#server/ports/document-store';
import { workTogether, type Stage } from '../support/crowd.ts';
import { postgresForTests } from '../support/engines.ts';
import { chanceFrom, rounds } from '../support/killed-process.ts';
import { freshPostgresRecords, silent, temporaryFolder } from '../support/records.ts';
import { LogClaims } from '../support/log-claims.ts';
import { BOARD, SaidAccess, startSync } from '../support/sync-world.ts';

/** Rooms are put away and checkpoints made while the crowd works, and nodes hear of each other often. */
const LIMITS = { beatMs: 1_000, warmMs: 50, warmRooms: 0, checkpointRestRows: 5, checkpointBusyRows: 100 };
/** Nodes on one log, and what ends them. */
async function stage(count: number, store: DocumentStore, busOf: () => Promise<Bus>) {
	const log = new LogClaims(store, BOARD);
	const access = new SaidAccess();
	const started: (() => Promise<void>)[] = [];
	const another = async () => {
		const node = await startSync({ store: log.store, bus: await busOf(), access, limits: LIMITS });
		started.push(node.close);
		return node;
	};
	const nodes = await Promise.all(Array.from({ length: count }, another));
	return { stage: { log, nodes, another } satisfies Stage, close: () => Promise.all(started.map((close) => close())) };
}

type Opened = Readonly<{ stage: Stage; close: () => Promise<unknown> }>;

/** Lets crowds work, one for each seed, and fails with the seed of the first whose documents are not the same. */
async function eachSeed(
	title: string,
	{ seeds, atOnce }: Readonly<{ seeds: number; atOnce: number }>,
	open: (chance: () => number) => Promise<Opened>
): Promise<void> {
	const base = Number(process.env['NABIJ_SEED'] ?? Date.now() % 1_000_000);
	console.log(`${title}: NABIJ_SEED=${base}, and the ${seeds - 1} after it`);
	let next = base;
	const told = { people: 0, deeds: 0, cuts: 0, left: 0, claims: 0 };
	const lane = async (): Promise<void> => {
		while (next < base + seeds) {
			const seed = next++;
			const chance = chanceFrom(seed);
			const opened = await open(chance);
			try {
				const one = await workTogether(opened.stage, 300 + Math.floor(chance() * 500), chance);
				for (const key of Object.keys(told) as (keyof typeof told)[]) told[key] += one[key];
			} catch (error) {
				throw new Error(`NABIJ_SEED=${seed}`, { cause: error });
			} finally {
				await opened.close();
			}
		}
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
	console.log(`${title}: ${JSON.stringify(told)}`);
	expect(told.cuts).toBeGreaterThan(seeds);
	expect(told.claims).toBeGreaterThan(seeds);
}

test('whoever works at a board through one node or two, with networks that come and go, all end equal', async () => {
	// Most of the time a crowd waits for its networks.
	await eachSeed('convergence', { seeds: rounds(100, 3), atOnce: 4 }, async (chance) => {
		const store = await openSqliteDocumentStore({
			file: path.join(temporaryFolder('crowd'), 'documents.sqlite'),
			log: silent
		});
		const bus = createMemoryBus();
		const opened = await stage(chance() < 0.5 ? 1 : 2, store, async () => bus);
		return { ...opened, close: () => opened.close().then(() => store.close()) };
	});
});

const postgres = postgresForTests();
const redis = process.env['REDIS_URL_TEST'];
if (!redis) console.log('not run: convergence over Redis');

test.runIf(postgres && redis)('the same through two nodes on one Redis and one PostgreSQL', async () => {
	const records = await freshPostgresRecords(postgres ?? '');
	onTestFinished(() => records.close());
	const store = createPostgresDocumentStore(records, silent);
	await eachSeed('convergence, Redis and PostgreSQL', { seeds: rounds(20, 2), atOnce: 1 }, async () => {
		await store.remove(BOARD);
		const buses: Bus[] = [];
		const opened = await stage(2, store, async () => {
			const bus = await openRedisBus({ url: redis ?? '', log: silent });
			buses.push(bus);
			return bus;
		});
		return { ...opened, close: () => opened.close().then(() => Promise.all(buses.map((bus) => bus.close()))) };
	});
});
