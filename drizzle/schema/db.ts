import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type * as schema from './index.ts';

/** The records, through drizzle: the same on PGlite and on PostgreSQL. */
export type Db = NodePgDatabase<typeof schema>;
