import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Bus } from '#server/ports/bus';

/** Topics of this product among others on one Redis. */
const PREFIX = 'nabij:';

export type RedisBusOptions = Readonly<{ url: string; log: Logger }>;

/**
 * The bus of several nodes, on Redis publish/subscribe. Two connections, since a subscribed one can say nothing else. What is
 * published while Redis is away is lost, as the port allows; subscriptions come back by themselves. Rejects when Redis does
 * not answer at the start.
 */
export async function openRedisBus({ url, log }: RedisBusOptions): Promise<Bus> {
	const options = { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 1 } as const;
	const speaker = new Redis(url, options);
	// Subscribing waits for the connection instead of failing while Redis restarts.
	const hearer = new Redis(url, { ...options, enableOfflineQueue: true, maxRetriesPerRequest: null });
	const topics = new Map<string, Set<(message: Uint8Array) => void>>();
	let away = false;
	for (const client of [speaker, hearer]) {
		client.on('error', (error) => {
			if (!away) log.error({ err: error }, 'redis does not answer, trying again');
			away = true;
		});
		client.on('ready', () => {
			if (away) log.info('redis answers again');
			away = false;
		});
	}
	try {
		await Promise.all([speaker.connect(), hearer.connect()]);
	} catch (error) {
		speaker.disconnect();
		hearer.disconnect();
		throw error;
	}
	hearer.on('messageBuffer', (channel: Buffer, message: Buffer) => {
		for (const listener of [...(topics.get(channel.toString()) ?? [])]) listener(message);
	});
	return {
		publish(topic, message) {
			// Lost while Redis is away; the error itself is logged once, above.
			speaker.publish(PREFIX + topic, Buffer.from(message)).catch(() => undefined);
		},
		async subscribe(topic, onMessage) {
			const channel = PREFIX + topic;
			const listeners = topics.get(channel) ?? new Set();
			const listener = (message: Uint8Array): void => onMessage(message);
			topics.set(channel, listeners.add(listener));
			await hearer.subscribe(channel);
			return () => {
				listeners.delete(listener);
				if (listeners.size > 0 || topics.get(channel) !== listeners) return;
				topics.delete(channel);
				hearer.unsubscribe(channel).catch(() => undefined);
			};
		},
		healthy: () =>
			speaker.ping().then(
				() => true,
				() => false
			),
		async close() {
			topics.clear();
			speaker.disconnect();
			hearer.disconnect();
		}
	};
}
