import fs from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import { projectPath } from '#server/adapters/project-path';
import type { Records } from '#schema/records';
import { RetryingPool } from '../postgres/retrying-pool.ts';
import { onOneConnection, recordsOver } from '../postgres/records.ts';
import { DatabaseTooNew } from '../postgres/migrate.ts';
import { POSTGRES_MAJOR } from './engine.ts';
import { lockFolder } from './lock.ts';
import { PortStream } from './port-stream.ts';
import { DatabaseThread } from './thread.ts';
import { unpackFolder } from './unpack.ts';

export { DataFolderInUse } from './lock.ts';

/** How long a thread that stopped is waited for; then whoever asked hears that the records are down. */
const CONNECT_WITHIN_MS = 4_000;
/** How long a query waits for those before it. */
const WAIT_WITHIN_MS = 10_000;

export type EmbeddedOptions = Readonly<{
	/** A folder for the records alone; made if it is not there. */
	dir: string;
	log: Logger;
	/** A batch that runs longer ends the database's thread, which starts again. */
	watchdogMs?: number;
	/** The packed folder that a first start begins from. */
	snapshot?: string;
}>;

/**
 * Opens the records that live in a folder of this machine: PostgreSQL in a thread (PGlite), through the ordinary `pg`
 * pool. The pool has one connection: never take a second one from it while holding the first.
 *
 * Throws DataFolderInUse while another process has the folder, DatabaseTooNew when a later version made it.
 */
export async function openEmbeddedRecords(options: EmbeddedOptions): Promise<Records> {
	const {
		dir,
		log,
		watchdogMs = 30_000,
		snapshot = projectPath(`drizzle/snapshot/postgres-${POSTGRES_MAJOR}.tar.br`)
	} = options;
	fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
	const lock = lockFolder(dir, path.join(dir, 'lock'));
	try {
		const database = path.join(dir, 'database');
		unpackFolder(snapshot, database);
		refuseOtherMajor(database);
		const thread = new DatabaseThread({ dir: database, log, longestQueryMs: watchdogMs });
		try {
			await thread.start();
		} catch (error) {
			await thread.close();
			throw error;
		}
		const pool = new RetryingPool({
			user: 'postgres',
			database: 'postgres',
			host: 'embedded',
			password: 'none asked for',
			ssl: false,
			max: 1,
			idleTimeoutMillis: 0,
			connectWithinMs: CONNECT_WITHIN_MS,
			connectionTimeoutMillis: WAIT_WITHIN_MS,
			stream: () => new PortStream(() => thread.openPort())
		});
		return recordsOver({
			pool,
			engine: 'pglite',
			log,
			atLength: (work) => onOneConnection(pool, (client) => thread.unwatched(() => work(client))),
			async closed() {
				await thread.close();
				lock.release();
			}
		});
	} catch (error) {
		lock.release();
		throw error;
	}
}

function refuseOtherMajor(database: string): void {
	const major = fs.readFileSync(path.join(database, 'PG_VERSION'), 'utf8').trim();
	if (major === POSTGRES_MAJOR) return;
	throw new DatabaseTooNew(
		`The records in ${database} were written by PostgreSQL ${major}, and this version of Nabij has PostgreSQL ` +
			`${POSTGRES_MAJOR}. Start the version of Nabij that wrote them, or begin anew with another DATA_DIR; nothing was changed.`
	);
}
