/**
 * Records for tests: a fresh, migrated database each time, in a fraction of a second. On the embedded engine by default;
 * `freshPostgresRecords` makes a database of its own on the server at DATABASE_URL_TEST.
 */
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openEmbeddedRecords, type EmbeddedOptions } from '#server/adapters/pglite/records';
import { migrate } from '#server/adapters/postgres/migrate';
import { openPostgresRecords } from '#server/adapters/postgres/records';
import { projectPath } from '#server/adapters/project-path';
import type { Records } from '#schema/records';

export const silent = pino({ level: 'silent' });

const temporary = new Set<string>();

function removeTemporary(): void {
	for (const folder of temporary) fs.rmSync(folder, { recursive: true, force: true });
}

/** A folder that the end of the test process removes. */
export function temporaryFolder(name = 'records'): string {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), `nabij-${name}-`));
	if (temporary.size === 0) {
		process.once('exit', removeTemporary);
		// The runner ends its workers by a signal, which by itself is no exit.
		process.once('SIGTERM', () => process.exit());
	}
	temporary.add(folder);
	return folder;
}

/** Migrated, empty records in a folder of their own. The caller closes them (`afterAll(() => records.close())`). */
export async function freshRecords(options: Partial<EmbeddedOptions> = {}): Promise<Records> {
	const dir = options.dir ?? temporaryFolder();
	await putMigratedFolder(dir);
	return openEmbeddedRecords({ log: silent, ...options, dir });
}

/** Puts there what a first start makes, for those who come after one. */
export async function putMigratedFolder(dir: string): Promise<void> {
	fs.cpSync(await migratedFolder(), dir, { recursive: true });
}

/** As `freshRecords`, closed when the running test ends. */
export async function recordsForThisTest(options: Partial<EmbeddedOptions> = {}): Promise<Records> {
	const records = await freshRecords(options);
	onTestFinished(() => records.close());
	return records;
}

/** Migrated records in a database of their own on a server, dropped when they are closed. */
export async function freshPostgresRecords(serverUrl: string): Promise<Records & { databaseUrl: string }> {
	const { databaseUrl, drop } = await freshDatabase(serverUrl);
	const records = await openPostgresRecords({ databaseUrl, log: silent });
	await migrate(records);
	return { ...records, databaseUrl, close: () => records.close().then(drop) };
}

/** An empty database on a server. */
export async function freshDatabase(serverUrl: string): Promise<{ databaseUrl: string; drop: () => Promise<void> }> {
	const name = `nabij_test_${randomBytes(6).toString('hex')}`;
	const onServer = async (statement: string) => {
		const client = new pg.Client({ connectionString: serverUrl });
		await client.connect();
		await client.query(statement).finally(() => client.end());
	};
	await onServer(`CREATE DATABASE ${name}`);
	const url = new URL(serverUrl);
	url.pathname = `/${name}`;
	return { databaseUrl: url.href, drop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Made once for a state of the migrations, by whichever test process comes first, and kept for the next run. */
async function migratedFolder(): Promise<string> {
	const digest = createHash('sha256');
	const folder = projectPath('drizzle/migrations');
	for (const file of fs
		.readdirSync(folder)
		.filter((name) => name.endsWith('.sql'))
		.sort()) {
		digest.update(fs.readFileSync(path.join(folder, file)));
	}
	digest.update(fs.readFileSync(path.join(folder, 'meta/_journal.json')));
	const made = path.join(os.tmpdir(), `nabij-migrated-${os.userInfo().uid}-${digest.digest('hex').slice(0, 16)}`);
	if (fs.existsSync(made)) return made;
	const making = fs.mkdtempSync(`${made}-`);
	const records = await openEmbeddedRecords({ dir: making, log: silent });
	await migrate(records);
	await records.close();
	fs.rmSync(path.join(making, 'lock'), { force: true });
	try {
		fs.renameSync(making, made);
	} catch (error) {
		if (!fs.existsSync(made)) throw error; // otherwise another process was first
		fs.rmSync(making, { recursive: true, force: true });
	}
	return made;
}
