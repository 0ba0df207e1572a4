import pino from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { openRedisBus } from '#server/adapters/redis/bus';
import type { Bus } from '#server/ports/bus';

const redisUrl = process.env['REDIS_URL_TEST'];
const engines: [string, () => Promise<Bus>][] = [['memory', async () => createMemoryBus()]];
if (redisUrl) engines.push(['redis', () => openRedisBus({ url: redisUrl, log: pino({ level: 'silent' }) })]);

const text = (message: Uint8Array): string => new TextDecoder().decode(message);
const bytes = (message: string): Uint8Array => new TextEncoder().encode(message);

test('the real Redis is there, or its absence is said', () => {
	if (!redisUrl) console.log('not run: redis');
	expect(redisUrl !== undefined || !process.env['CI']).toBe(true);
});

describe.each(engines)('the bus on %s', (_name, open) => {
	const buses: Bus[] = [];
	async function opened(): Promise<Bus> {
		const bus = await open();
		buses.push(bus);
		return bus;
	}
	afterEach(async () => {
		for (const bus of buses.splice(0)) await bus.close();
	});
	const topic = (): string => `test-${crypto.randomUUID()}`;

	test('carries each message to every subscriber of its topic, the sender included, in order', async () => {
		const bus = await opened();
		const [here, elsewhere] = [topic(), topic()];
		const heard: string[][] = [[], [], []];
		await bus.subscribe(here, (message) => heard[0]?.push(text(message)));
		await bus.subscribe(here, (message) => heard[1]?.push(text(message)));
		await bus.subscribe(elsewhere, (message) => heard[2]?.push(text(message)));
		const sent = Array.from({ length: 200 }, (_, i) => String(i));
		for (const one of sent) bus.publish(here, bytes(one));
		await vi.waitFor(() => expect(heard[1]).toHaveLength(200));
		expect(heard).toEqual([sent, sent, []]);
	});

	test('carries bytes as they are', async () => {
		const bus = await opened();
		const here = topic();
		const all = Uint8Array.from({ length: 256 }, (_, i) => i);
		const got = new Promise<Uint8Array>(
			(resolve) => void bus.subscribe(here, resolve).then(() => bus.publish(here, all))
		);
		expect([...(await got)]).toEqual([...all]);
	});

	test('one subscription can end while another of the same topic goes on', async () => {
		const bus = await opened();
		const here = topic();
		const heard: string[] = [];
		const stop = await bus.subscribe(here, () => heard.push('gone'));
		await bus.subscribe(here, () => heard.push('stays'));
		stop();
		bus.publish(here, bytes('x'));
		await vi.waitFor(() => expect(heard).toContain('stays'));
		expect(heard).toEqual(['stays']);
	});

	test('says whether it answers', async () => {
		const bus = await opened();
		expect(await bus.healthy()).toBe(true);
		await bus.close();
		expect(await bus.healthy()).toBe(false);
	});
});
