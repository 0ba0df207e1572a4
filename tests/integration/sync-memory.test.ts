import { expect, test } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import type { Bus } from '#server/ports/bus';
import { until } from '../support/sync-client.ts';
import { startSync } from '../support/sync-world.ts';

/** A bus that counts who listens. */
function countingBus() {
	const bus = createMemoryBus();
	const listening = new Map<string, number>();
	const count = (topic: string, by: number): void => {
		const now = (listening.get(topic) ?? 0) + by;
		if (now === 0) listening.delete(topic);
		else listening.set(topic, now);
	};
	const counting: Bus = {
		...bus,
		async subscribe(topic, onMessage) {
			const stop = await bus.subscribe(topic, onMessage);
			count(topic, 1);
			return () => {
				count(topic, -1);
				stop();
			};
		},
		onGap(listener) {
			const stop = bus.onGap(listener);
			count('gap', 1);
			return () => {
				count('gap', -1);
				stop();
			};
		}
	};
	return { bus: counting, listening };
}

test('a document that nobody is at any more is let go, and nothing of it listens', async () => {
	const { bus, listening } = countingBus();
	const world = await startSync({ bus, limits: { warmMs: 0 } });
	const before = new Map(listening);
	for (let round = 0; round < 3; round++) {
		const clients = [await world.join('ada'), await world.join('bo'), await world.join('vic')];
		expect(listening.size).toBe(before.size + 1);
		for (const client of clients) client.present({ p: [round, 0] });
		clients[0]?.live({ gesture: 1, phase: 0, payload: {} });
		clients[0]?.write('round', round);
		await clients[0]?.settled();
		clients[0]?.drop();
		await clients[1]?.close();
		clients[2]?.drop();
		await until(() => expect(world.sync.stats()).toMatchObject({ rooms: 0, sockets: 0 }));
		expect(listening).toEqual(before);
	}
});

test('a document that cannot be read is let go, and nothing of it listens', async () => {
	const { bus, listening } = countingBus();
	const world = await startSync({ bus });
	const before = new Map(listening);
	world.store.load = async () => {
		throw new Error('the log is away');
	};
	const ada = world.open('ada');
	expect(await ada.closed).toMatchObject({ code: 4503, reason: 'disk' });
	expect(world.sync.stats()).toMatchObject({ rooms: 0, sockets: 0 });
	expect(listening).toEqual(before);
});

test('after a close nothing listens', async () => {
	const { bus, listening } = countingBus();
	const world = await startSync({ bus });
	await world.join('ada');
	expect(listening.size).toBeGreaterThan(0);
	await world.close();
	expect(listening.size).toBe(0);
	expect(world.sync.stats()).toMatchObject({ rooms: 0, sockets: 0 });
});
