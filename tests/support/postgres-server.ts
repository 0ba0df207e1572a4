/** A PostgreSQL of the running test alone, which can be restarted and have its tables locked; ended with the test. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** The folder of Debian's newest PostgreSQL programs, or null. */
export const POSTGRES_PROGRAMS = existsSync(VERSIONS)
	? (readdirSync(VERSIONS)
			.sort((one, other) => Number(other) - Number(one))
			.map((version) => path.join(VERSIONS, version, 'bin'))
			.find((folder) => existsSync(path.join(folder, 'initdb'))) ?? null)
	: null;

export async function startPostgres(programs: string) {
	const home = mkdtempSync(path.join(tmpdir(), 'nabij-postgres-'));
	const data = path.join(home, 'data');
	mkdirSync(data, { mode: 0o700 });
	chmodSync(home, 0o755);
	// It refuses to run as root.
	const isRoot = userInfo().uid === 0;
	if (isRoot) await giveTo('postgres', data);
	const as = (program: string, ...args: readonly string[]) => {
		const command = [path.join(programs, program), ...args];
		const [file = '', ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
		return run(file, rest, { cwd: home });
	};
	const port = await freePort();
	const url = `postgres://nabij@127.0.0.1:${port}/postgres`;
	const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200`;
	const log = path.join(data, 'server.log');
	await as('initdb', '-D', data, '-U', 'nabij', '--auth=trust');
	await as('pg_ctl', '-D', data, '-w', '-o', options, '-l', log, 'start');
	onTestFinished(async () => {
		await as('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop').catch(() => undefined);
		rmSync(home, { recursive: true, force: true });
	});
	return {
		url,
		/** `fast` ends every session first, `immediate` ends as a crash does. */
		restart: (how: 'fast' | 'immediate') =>
			as('pg_ctl', '-D', data, '-w', '-m', how, '-o', options, '-l', log, 'restart').then(() => undefined),
		/** Keeps everyone from a table for so long. */
		async lock(table: string, ms: number): Promise<void> {
			const client = new pg.Client({ connectionString: url });
			client.on('error', () => undefined);
			await client.connect();
			try {
				await client.query('BEGIN');
				await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
				await client.query('SELECT pg_sleep($1)', [ms / 1_000]);
				await client.query('COMMIT');
			} finally {
				await client.end();
			}
		}
	};
}

async function giveTo(user: string, folder: string): Promise<void> {
	const [uid, gid] = await Promise.all(
		['-u', '-g'].map(async (what) => Number((await run('id', [what, user])).stdout))
	);
	if (uid === undefined || gid === undefined) throw new Error(`there is no user ${user}`);
	chownSync(folder, uid, gid);
}
