import type { Pool, PoolClient } from 'pg';
import type { Db } from './db.ts';

/** Where the records are, opened. The same for both engines. */
export type Records = Readonly<{
	db: Db;
	/** For what drizzle does not say. On the embedded engine it has one connection. */
	pool: Pool;
	engine: 'pglite' | 'postgres';
	/** Does the work on a connection that may take as long as it needs, and be silent meanwhile: for what no request waits for. */
	atLength<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
	/** Whether a query is answered right now. */
	healthy(): Promise<boolean>;
	/** Waits for what is under way, then closes. */
	close(): Promise<void>;
}>;
