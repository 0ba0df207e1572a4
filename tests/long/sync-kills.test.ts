import { setTimeout as after } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { postgresForTests } from '../support/engines.ts';
import { rounds, seededChance } from '../support/killed-process.ts';
import { RawClient } from '../support/sync-client.ts';
import { cookieOf, postgresLog, sqliteLog, startSyncProcess, type LogForTest } from '../support/sync-process.ts';

const WRITERS = 5;
/** A document is left for a new one after so many rounds, so that opening it does not become what the rounds are spent on. */
const ROUNDS_PER_DOCUMENT = 20;

/** What a log owes: a key is set once, and deleted once at most. */
class Debt {
	/** Keys that a peer has seen, or that were said to be saved. */
	readonly set = new Set<string>();
	/** The same of deletions. */
	readonly deleted = new Set<string>();
	/** Deletions that were sent, whatever became of them. */
	readonly #askedFor = new Set<string>();

	asked(key: string): void {
		this.#askedFor.add(key);
	}

	/** What is missing or back in a document that was loaded afresh. */
	unpaid(content: Readonly<Record<string, unknown>>): readonly string[] {
		const lost = [...this.set].filter((key) => !this.#askedFor.has(key) && !(key in content));
		const back = [...this.deleted].filter((key) => key in content);
		return [...lost.map((key) => `${key} is lost`), ...back.map((key) => `${key} is back`)];
	}
}

/** Someone at the document, who tells what reached them through the server. */
async function come(url: string, name: string, debt: Debt, onEcho: () => void): Promise<RawClient> {
	const client = new RawClient(url, { cookie: cookieOf(name) });
	client.doc.getMap('els').observe((event) => {
		if (event.transaction.origin !== 'remote') return;
		for (const [key, { action }] of event.changes.keys) (action === 'delete' ? debt.deleted : debt.set).add(key);
		onEcho();
	});
	return client.join();
}

/** Sets keys and now and then deletes one, each in a message of its own, until the socket dies; then what was acknowledged counts. */
async function write(client: RawClient, name: string, debt: Debt, chance: () => number): Promise<void> {
	const deeds: { n: number; pay: () => void }[] = [];
	const mine: string[] = [];
	for (let i = 0; client.socket.readyState === client.socket.OPEN; i++) {
		const [old] = chance() < 0.3 ? mine.splice(Math.floor(chance() * mine.length), 1) : [];
		const key = old ?? `${name}-${i}`;
		if (old === undefined) {
			client.write(key, i);
			mine.push(key);
		} else {
			debt.asked(key);
			client.edit((doc) => doc.getMap('els').delete(key));
		}
		deeds.push({ n: client.sent, pay: () => void (old === undefined ? debt.set : debt.deleted).add(key) });
		await after(Math.floor(chance() * 6));
	}
	await client.closed;
	for (const { n, pay } of deeds) if (n <= client.saved) pay();
}

async function killAgainAndAgain(log: LogForTest, title: string): Promise<void> {
	const chance = seededChance(title);
	const count = rounds(200, 8);
	let debt = new Debt();
	let [seen, deleted] = [0, 0];
	let server = await startSyncProcess({ log: log.place });
	onTestFinished(() => server.kill());
	for (let round = 0; round < count; round++) {
		const doc = `board-${1_000_000 + Math.floor(round / ROUNDS_PER_DOCUMENT)}`;
		const url = `${server.base}/${doc}`;
		if (round % ROUNDS_PER_DOCUMENT === 0) debt = new Debt();
		// Every other one right after something was echoed to a peer, in the same turn; the others at any moment.
		let echoes = Infinity;
		const onEcho = (): void => void (echoes-- === 0 && server.kill());
		const names = Array.from({ length: WRITERS }, (_, i) => `w${i}r${round}`);
		const clients = await Promise.all(names.map((name) => come(url, name, debt, onEcho)));
		// What they got when they came is no echo.
		if (round % 2 === 0) echoes = Math.floor(chance() * 60);
		const writing = clients.map((client, i) => write(client, names[i] ?? '', debt, chance));
		if (round % 2 !== 0) void after(20 + chance() * 300).then(() => server.kill());
		expect(await server.ended, `round ${round}`).toBe('');
		await Promise.all(writing);

		server = await startSyncProcess({ log: log.place });
		const fresh = await new RawClient(`${server.base}/${doc}`, { cookie: cookieOf('fresh') }).join();
		expect(debt.unpaid(fresh.content), `round ${round}`).toEqual([]);
		expect(fresh.doc.store.pendingStructs).toBeNull();
		await fresh.close();
		if ((round + 1) % ROUNDS_PER_DOCUMENT === 0 || round === count - 1) {
			await expectWhole(log, doc, fresh.doc);
			[seen, deleted] = [seen + debt.set.size, deleted + debt.deleted.size];
		}
	}
	console.log(`${title}: ${count} kills, ${seen} keys and ${deleted} deletions seen or acknowledged`);
	expect(seen).toBeGreaterThan(count * WRITERS);
	expect(deleted).toBeGreaterThan(count);
}

/** The log itself: numbered without a gap, and the same document as the server gives. */
async function expectWhole(log: LogForTest, doc: string, served: Y.Doc): Promise<void> {
	const store = await log.read();
	const rows = await store.since(doc, 0);
	expect(rows.every(({ seq }, at) => seq === at + 1)).toBe(true);
	const written = new Y.Doc();
	for (const { update } of rows) Y.applyUpdate(written, update);
	expect(written.getMap('els').toJSON()).toEqual(served.getMap('els').toJSON());
	if ('sqlite' in log.place) await store.close();
}

test('killed at any moment, the server loses nothing that a peer saw or that was acknowledged, on SQLite', async () => {
	await killAgainAndAgain(sqliteLog(), 'server killed, SQLite');
});

const postgres = postgresForTests();
test.runIf(postgres)(
	'killed at any moment, the server loses nothing that a peer saw or that was acknowledged, on PostgreSQL',
	async () => {
		const log = await postgresLog(postgres ?? '');
		onTestFinished(log.remove);
		await killAgainAndAgain(log, 'server killed, PostgreSQL');
	}
);
