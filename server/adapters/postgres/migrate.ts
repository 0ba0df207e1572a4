import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { projectPath } from '#server/adapters/project-path';
import type { Records } from '#schema/records';
import { DatabaseUnusable } from './records.ts';

/** Any number, the same in every node: two that start at once migrate one after the other. */
const MIGRATION_LOCK = 6_224_701;
const ASK_AGAIN_MS = 200;

/** A later version of Nabij, or a later PostgreSQL, has written the records; this one must not touch them. */
export class DatabaseTooNew extends Error {
	override readonly name = 'DatabaseTooNew';
}

const MAY_NOT = '42501';

/** Brings the tables to what this version needs. Throws DatabaseTooNew, changing nothing, when they are ahead of it, and DatabaseUnusable when it may not. */
export async function migrate(records: Records): Promise<void> {
	const migrationsFolder = projectPath('drizzle/migrations');
	await records.atLength(async (client) => {
		// Asked again and again: a wait for it in the database could not be ended with this process.
		while (!(await isLockTaken(client))) await setTimeout(ASK_AGAIN_MS);
		await refuseNewer(client, migrationsFolder);
		await applyMigrations(drizzle({ client }), { migrationsFolder }).catch(tellWhatItMayNot);
		await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
	});
}

function tellWhatItMayNot(error: unknown): never {
	const cause = error instanceof Error ? error.cause : null;
	if (!(cause instanceof Error && 'code' in cause && cause.code === MAY_NOT)) throw error;
	throw new DatabaseUnusable(
		`The account in DATABASE_URL may not make the tables that Nabij needs: ${cause.message}. Let it create in its database (GRANT CREATE ON DATABASE), or give it a database that it owns.`,
		{ cause: error }
	);
}

async function isLockTaken(client: PoolClient): Promise<boolean> {
	const answer = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [MIGRATION_LOCK]);
	return answer.rows[0]?.taken === true;
}

async function refuseNewer(client: PoolClient, migrationsFolder: string): Promise<void> {
	const table = await client.query(`SELECT to_regclass('drizzle.__drizzle_migrations') AS found`);
	if (table.rows[0]?.found === null) return;
	const applied = await client.query<{ at: string }>('SELECT created_at AS at FROM drizzle.__drizzle_migrations');
	const known = knownMigrations(migrationsFolder);
	if (applied.rows.every(({ at }) => known.has(Number(at)))) return;
	throw new DatabaseTooNew(
		'The records were written by a newer version of Nabij than this one. Start that version, or a newer one; nothing was changed.'
	);
}

function knownMigrations(migrationsFolder: string): ReadonlySet<number> {
	const journal: unknown = JSON.parse(fs.readFileSync(path.join(migrationsFolder, 'meta/_journal.json'), 'utf8'));
	const { entries } = journal as { entries: readonly { when: number }[] };
	return new Set(entries.map(({ when }) => when));
}
