import type { Records } from '#schema/records';
import type { Config } from '../config.ts';
import type { Bus } from '../ports/bus.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { MediaServer } from '../ports/media-server.ts';

/** Which parts the product runs on, and whether they answer. */
export type Health = Readonly<{
	status: 'ok' | 'degraded' | 'down';
	version: string;
	database: 'pglite' | 'postgres';
	documents: 'sqlite' | 'postgres';
	bus: 'memory' | 'redis';
	blobs: 'disk' | 's3';
	media: 'livekit' | 'off';
	mail: 'smtp' | 'file';
}>;

type HealthDeps = Readonly<{
	config: Config;
	records: Records;
	store: DocumentStore;
	bus: Bus;
	media: MediaServer;
}>;

/** Asks every part; one that does not answer is told, never waited for. */
export async function healthOf({ config, records, store, bus, media }: HealthDeps): Promise<Health> {
	const [recordsAnswer, storeAnswers, busAnswers] = await Promise.all([
		answers(records.healthy()),
		answers(store.healthy()),
		answers(bus.healthy())
	]);
	const degraded = !busAnswers || media.state.is === 'down';
	return {
		status: !recordsAnswer || !storeAnswers ? 'down' : degraded ? 'degraded' : 'ok',
		version: config.version,
		database: records.engine,
		documents: config.databaseUrl === null ? 'sqlite' : 'postgres',
		bus: config.redisUrl === null ? 'memory' : 'redis',
		// No part keeps blobs yet, so S3_… changes nothing; the start says so.
		blobs: 'disk',
		// While it is being fetched there is none yet; one that is down is there, and the status says so.
		media: media.state.is === 'up' || media.state.is === 'down' ? 'livekit' : 'off',
		mail: config.smtpUrl === null ? 'file' : 'smtp'
	};
}

/** A part that does not answer within two seconds does not answer. */
function answers(healthy: Promise<boolean>): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const late = setTimeout(resolve, 2_000, false);
	healthy.then(resolve, () => resolve(false));
	return promise.finally(() => clearTimeout(late));
}
