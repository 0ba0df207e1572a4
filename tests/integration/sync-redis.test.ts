import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CLOSE } from '#domain/wire/close-codes';
import { openRedisBus } from '#server/adapters/redis/bus';
import { MemoryDocumentStore } from '../support/memory-document-store.ts';
import { silent } from '../support/records.ts';
import { until } from '../support/sync-client.ts';
import { REDIS_SERVER, startRedis } from '../support/sync-redis.ts';
import { BOARD, SaidAccess, startSync } from '../support/sync-world.ts';

test('a Redis can be started here, or its absence is said', () => {
	if (!REDIS_SERVER) console.log('not run: redis');
	expect(REDIS_SERVER !== undefined || !process.env['CI']).toBe(true);
});

/** Two nodes on one Redis that the test may end. */
async function twoNodes() {
	const redis = await startRedis(REDIS_SERVER ?? 'redis-server');
	const access = new SaidAccess();
	for (const name of ['ada', 'bo', 'gus']) access.let(name);
	const store = new MemoryDocumentStore();
	const node = async () => {
		const bus = await openRedisBus({ url: redis.url, log: silent });
		onTestFinished(() => bus.close());
		return { ...(await startSync({ store, bus, access })), bus };
	};
	return { redis, access, one: await node(), other: await node() };
}

test.runIf(REDIS_SERVER)(
	'a revocation while Redis is away acts at every node when it is back, and changes nobody else',
	async () => {
		const { redis, access, one, other } = await twoNodes();
		const [here, there] = [await one.join('gus'), await other.join('gus')];
		const [ada, bo] = [await one.join('ada'), await other.join('bo')];
		await redis.kill();
		await until(async () => expect(await one.bus.healthy()).toBe(false));
		access.say('gus', 'ended');
		one.announce({ kind: 'person', person: 'gus' });
		// Whoever is at the node that says it, is ended at once.
		expect((await here.closed).code).toBe(CLOSE.noSession);
		expect(there.socket.readyState).toBe(there.socket.OPEN);
		await redis.start();
		expect((await there.closed).code).toBe(CLOSE.noSession);
		ada.write('a', 1);
		await until(() => expect(bo.content).toEqual({ a: 1 }));
		await until(() => expect(one.sync.peopleAt(BOARD).map(({ id }) => id)).toEqual(['ada', 'bo']));
	}
);

test.runIf(REDIS_SERVER)(
	'a Redis that falls silent on an open connection is noticed, and asked after again',
	async () => {
		const redis = await startRedis(REDIS_SERVER ?? 'redis-server');
		const log = pino({ level: 'silent' });
		const noticed = vi.spyOn(log, 'error');
		const bus = await openRedisBus({ url: redis.url, log, askEveryMs: 100, answerMs: 500 });
		onTestFinished(() => bus.close());
		const gap = vi.fn();
		bus.onGap(gap);
		redis.freeze();
		await until(() => expect(noticed).toHaveBeenCalledOnce());
		expect(gap).not.toHaveBeenCalled();
		redis.thaw();
		await until(() => expect(gap).toHaveBeenCalled());
		const heard = vi.fn();
		await bus.subscribe('topic', heard);
		await until(() => {
			bus.publish('topic', Uint8Array.of(7));
			expect(heard).toHaveBeenCalled();
		});
	}
);

test.runIf(REDIS_SERVER)('when a node could not speak for a while, the others are told to ask again', async () => {
	const { redis, other } = await twoNodes();
	const gap = vi.fn();
	other.bus.onGap(gap);
	await redis.hangUp('normal');
	await until(() => expect(gap).toHaveBeenCalled());
});

test.runIf(REDIS_SERVER)('what was said while a node alone could not hear is made up for there', async () => {
	const { redis, access, other } = await twoNodes();
	const there = await other.join('gus');
	// Nobody announces anything: the gap alone has everyone asked.
	access.say('gus', 'ended');
	await redis.hangUp('pubsub');
	expect((await there.closed).code).toBe(CLOSE.noSession);
});

test.runIf(REDIS_SERVER)(
	'while Redis is away a board opens from the log, and what others wrote meanwhile is there when it is back',
	async () => {
		const { redis, one, other } = await twoNodes();
		await redis.kill();
		await until(async () => expect(await one.bus.healthy()).toBe(false));
		const ada = await one.join('ada');
		ada.write('a', 1);
		await ada.settled();
		const bo = await other.join('bo');
		expect(bo.content).toEqual({ a: 1 });
		bo.write('b', 2);
		await bo.settled();
		await bo.close();
		await redis.start();
		await until(() => expect(ada.content).toEqual({ a: 1, b: 2 }));
		const gus = await other.join('gus');
		ada.write('c', 3);
		await until(() => expect(gus.content).toEqual({ a: 1, b: 2, c: 3 }));
		gus.write('d', 4);
		await until(() => expect(ada.content).toHaveProperty('d'));
	}
);

test.runIf(REDIS_SERVER)(
	'a board that is opened while Redis has fallen silent opens before its client is given up',
	async () => {
		const redis = await startRedis(REDIS_SERVER ?? 'redis-server');
		const access = new SaidAccess();
		access.let('ada');
		const bus = await openRedisBus({ url: redis.url, log: silent, askEveryMs: 100, answerMs: 500 });
		onTestFinished(() => bus.close());
		const world = await startSync({ bus, access });
		redis.freeze();
		const ada = await world.join('ada');
		ada.write('a', 1);
		await ada.settled();
		redis.thaw();
	}
);
