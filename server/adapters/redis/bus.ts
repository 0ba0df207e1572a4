import { Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import type { Bus } from '#server/ports/bus';

/** Topics of this product among others on one Redis. */
const PREFIX = 'nabij:';
/** Says that its sender could not speak for a while, so that what it said then is lost to everyone. */
const GAP_CHANNEL = `${PREFIX}gap`;

export type RedisBusOptions = Readonly<{
	url: string;
	log: Logger;
	/** How often the subscribed connection is asked whether it still hears, and how long any answer may take. */
	askEveryMs?: number;
	answerMs?: number;
}>;

/**
 * The bus of several nodes, on Redis publish/subscribe. Two connections, since a subscribed one can say nothing else. What is
 * published while Redis is away reaches this node alone; whoever could not hear, or could not be heard, is told of the gap
 * when that is over, after the subscriptions are back. Rejects when Redis does not answer at the start.
 */
export async function openRedisBus({ url, log, askEveryMs = 3_000, answerMs = 6_000 }: RedisBusOptions): Promise<Bus> {
	const options = {
		lazyConnect: true,
		enableOfflineQueue: false,
		maxRetriesPerRequest: 1,
		// A network that fell silent closes no connection; it would be waited for as long as the kernel is patient.
		socketTimeout: answerMs
	} as const;
	const speaker = new Redis(url, options);
	const hearer = new Redis(url, {
		...options,
		// What is asked of a connection that is then lost fails, and is not asked again on the next one.
		maxRetriesPerRequest: 0,
		// Subscribed again by hand below: the gap is over only when Redis has answered.
		autoResubscribe: false
	});
	const topics = new Map<string, Set<(message: Uint8Array) => void>>();
	const gapListeners = new Set<() => void>();
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
		await hearer.subscribe(GAP_CHANNEL);
	} catch (error) {
		speaker.disconnect();
		hearer.disconnect();
		throw error;
	}

	const deliver = (channel: string, message: Uint8Array): void => {
		for (const listener of [...(topics.get(channel) ?? [])]) listener(message);
	};
	const tellGap = (): void => {
		for (const listener of [...gapListeners]) listener();
	};
	hearer.on('messageBuffer', (name: Buffer, message: Buffer) => {
		const channel = name.toString();
		if (channel === GAP_CHANNEL) tellGap();
		else deliver(channel, message);
	});
	hearer.on('ready', () => {
		// A connection that is lost meanwhile is ready again later.
		hearer.subscribe(GAP_CHANNEL, ...topics.keys()).then(tellGap, () => undefined);
	});
	speaker.on('ready', () => {
		speaker.publish(GAP_CHANNEL, '').catch(() => undefined);
	});
	// Only who asks is owed an answer, so that its absence can be seen.
	const asking = setInterval(() => {
		if (hearer.status === 'ready') hearer.ping().catch(() => undefined);
	}, askEveryMs);
	asking.unref();

	return {
		publish(topic, message) {
			const channel = PREFIX + topic;
			// What this node says to itself needs no Redis. The error is logged once, above.
			speaker.publish(channel, Buffer.from(message)).catch(() => deliver(channel, message));
		},
		async subscribe(topic, onMessage) {
			const channel = PREFIX + topic;
			const listeners = topics.get(channel) ?? new Set();
			const listener = (message: Uint8Array): void => onMessage(message);
			topics.set(channel, listeners.add(listener));
			const stop = (): void => {
				listeners.delete(listener);
				if (listeners.size > 0 || topics.get(channel) !== listeners) return;
				topics.delete(channel);
				if (hearer.status === 'ready') hearer.unsubscribe(channel).catch(() => undefined);
			};
			try {
				// While Redis is away nobody waits for it: the topic is subscribed with all others, and the gap told, once it is back.
				if (hearer.status === 'ready') await hearer.subscribe(channel);
			} catch (error) {
				if (error instanceof ReplyError) {
					stop();
					throw error;
				}
			}
			return stop;
		},
		onGap(listener) {
			const own = (): void => listener();
			gapListeners.add(own);
			return () => gapListeners.delete(own);
		},
		healthy: () =>
			speaker.ping().then(
				() => true,
				() => false
			),
		async close() {
			clearInterval(asking);
			topics.clear();
			gapListeners.clear();
			speaker.disconnect();
			hearer.disconnect();
		}
	};
}
