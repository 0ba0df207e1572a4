import type { Pool } from 'pg';
import type { Db } from './db.ts';

/** Where the records are, opened. The same for both engines. */
export type Records = Readonly<{
	db: Db;
	/** For what drizzle does not say. On the embedded engine it has one connection. */
	pool: Pool;
	engine: 'pglite' | 'postgres';
	/** Whether a query is answered right now. */
	healthy(): Promise<boolean>;
	/** Waits for what is under way, then closes. */
	close(): Promise<void>;
}>;
