import { expect, onTestFinished, test } from 'vitest';
import { addElements } from '#domain/board/commands';
import { rounds } from '../support/killed-process.ts';
import { RawClient, until } from '../support/sync-client.ts';
import { cookieOf, sqliteLog, startSyncProcess, type SyncProcess } from '../support/sync-process.ts';

const MIB = 1024 * 1024;
const ROOMS = rounds(500, 60);
const ELEMENTS = 100;

/** Two people in each room, who make something there the first time. */
async function fill(server: SyncProcess, visit: number): Promise<readonly RawClient[]> {
	const there: RawClient[] = [];
	for (let room = 0; room < ROOMS; room++) {
		const url = `${server.base}/board-${1_000_000 + room}`;
		const [ada, bo] = ['ada', 'bo'].map((name) => new RawClient(url, { cookie: cookieOf(`${name}${room}`) }));
		if (!ada || !bo) throw new Error('two people');
		await Promise.all([ada.join(), bo.join()]);
		there.push(ada, bo);
		ada.present({ p: [visit, room] });
		if (visit > 0) continue;
		const notes = Array.from({ length: ELEMENTS }, (_, i) => ({ t: 'note', at: [i, i], text: `note ${i}` }) as const);
		ada.edit((doc) => void addElements(doc, notes, { by: 'ada', now: 1 }));
	}
	await Promise.all(there.map((client) => client.settled()));
	return there;
}

test('what rooms and people take in memory is given back when all have left, again and again', async () => {
	const server = await startSyncProcess({ log: sqliteLog().place, limits: { warmMs: 200, warmRooms: 4 } });
	onTestFinished(() => server.kill());
	const start = (await server.memory()).heap;
	const told: { full: number; left: number }[] = [];
	for (let visit = 0; visit < rounds(3, 2); visit++) {
		const there = await fill(server, visit);
		const full = (await server.memory()).heap - start;
		await Promise.all(there.map((client) => client.close()));
		let left = Infinity;
		await until(async () => {
			left = (await server.memory()).heap - start;
			expect(left).toBeLessThan(10 * MIB);
		});
		told.push({ full: full / MIB, left: left / MIB });
	}
	console.log(`memory of ${ROOMS} rooms, in MiB: ${JSON.stringify(told)}`);
	// Else what is given back would not have been seen at all.
	for (const { full } of told) expect(full).toBeGreaterThan(ROOMS * 0.02);
});
