import { drizzle } from 'drizzle-orm/node-postgres';
import { Socket } from 'node:net';
import type pg from 'pg';
import type { Logger } from 'pino';
import * as schema from '#schema/index';
import type { Records } from '#schema/records';
import { CONNECT_WITHIN_MS, RetryingPool } from './retrying-pool.ts';

const OLDEST_SERVER = 150_000;
const CONNECTIONS = 20;
/** A network that was cut, or a server that hangs, closes no connection; without this its askers would wait for ever. */
const SILENT_MS = 12_000;
/** Shorter than the above, so that it is about connections that somebody waits at. */
const IDLE_MS = 5_000;
/** A try that began in time may still end, and a query may wait for those before it. */
const LONGER_THAN_CONNECTING_MS = 2_000;

export type PostgresOptions = Readonly<{ databaseUrl: string; log: Logger; silentMs?: number }>;

/** The PostgreSQL at DATABASE_URL cannot be used; the message says what to do. */
export class DatabaseUnusable extends Error {
	override readonly name = 'DatabaseUnusable';
}

/** Opens the records in a PostgreSQL server. Throws DatabaseUnusable when it does not answer or is older than 15. */
export async function openPostgresRecords({
	databaseUrl,
	log,
	silentMs = SILENT_MS
}: PostgresOptions): Promise<Records> {
	const connectWithinMs = connectWithin(databaseUrl);
	const connecting = {
		connectionString: databaseUrl,
		connectWithinMs,
		connectionTimeoutMillis: connectWithinMs + LONGER_THAN_CONNECTING_MS
	};
	const pool = new RetryingPool({
		...connecting,
		max: CONNECTIONS,
		application_name: 'nabij',
		idleTimeoutMillis: Math.min(IDLE_MS, silentMs / 2),
		stream: () => patientFor(silentMs)
	});
	try {
		const { syncs } = await refuseOldServer(pool);
		if (!syncs)
			log.warn(
				'The database at DATABASE_URL has fsync off: a power cut can take what was said to be saved, or all of it'
			);
	} catch (error) {
		await pool.end();
		throw error;
	}
	return recordsOver({
		pool,
		engine: 'postgres',
		log,
		async atLength(work) {
			const patient = new RetryingPool({
				...connecting,
				max: 1,
				application_name: 'nabij at length',
				// What tells a statement that takes its time from a server that is gone.
				keepAlive: true,
				keepAliveInitialDelayMillis: SILENT_MS
			});
			return onOneConnection(patient, work).finally(() => patient.end());
		},
		closed: async () => undefined
	});
}

/** How long connecting is tried, in ms: the seconds that the address has as `connect_timeout`, PostgreSQL's own word for it, or ten. */
export function connectWithin(databaseUrl: string): number {
	const seconds = new URL(databaseUrl).searchParams.get('connect_timeout');
	return seconds === null ? CONNECT_WITHIN_MS : Number(seconds) * 1_000;
}

type Server = Readonly<{ version: number; syncs: boolean }>;

async function refuseOldServer(pool: pg.Pool): Promise<Server> {
	let server: Server;
	try {
		const answer = await pool.query<Server>(
			`SELECT current_setting('server_version_num')::int AS version, current_setting('fsync') = 'on' AS syncs`
		);
		server = answer.rows[0] ?? { version: 0, syncs: true };
	} catch (error) {
		// Not the address: it carries a password.
		const why = error instanceof Error ? error.message : String(error);
		throw new DatabaseUnusable(`The database at DATABASE_URL cannot be reached: ${why}`, { cause: error });
	}
	if (server.version >= OLDEST_SERVER) return server;
	const major = Math.floor(server.version / 10_000);
	throw new DatabaseUnusable(
		`The database at DATABASE_URL is PostgreSQL ${major}; Nabij needs PostgreSQL 15 or newer.`
	);
}

/** A socket that breaks off when nothing comes or goes for so long. */
function patientFor(silentMs: number): Socket {
	const socket = new Socket();
	socket.setTimeout(silentMs, () =>
		socket.destroy(Object.assign(new Error('The database has fallen silent'), { code: 'ETIMEDOUT' }))
	);
	return socket;
}

/** Does the work on a connection of the pool's; one on which it failed is ended, and with it all that it holds. */
export async function onOneConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	const client = await pool.connect();
	let failed = true;
	try {
		const done = await work(client);
		failed = false;
		return done;
	} finally {
		client.release(failed);
	}
}

type Opened = Pick<Records, 'engine' | 'atLength'> &
	Readonly<{
		pool: pg.Pool;
		log: Logger;
		/** Called once, after the last connection has ended. */
		closed: () => Promise<void>;
	}>;

/** The records over an open pool. */
export function recordsOver({ pool, engine, log, atLength, closed }: Opened): Records {
	pool.on('error', (err) => log.warn({ err }, 'a connection to the records was lost'));
	let closing: Promise<void> | undefined;
	return {
		db: drizzle({ client: pool, schema }),
		pool,
		engine,
		atLength,
		async healthy() {
			try {
				await pool.query('SELECT 1');
				return true;
			} catch {
				return false;
			}
		},
		close: () => (closing ??= pool.end().then(closed))
	};
}
