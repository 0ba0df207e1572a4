/** The data folder: whether it can be written, how much room it has, and whether somebody has it already. */
import { constants, existsSync } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataFolderInUse, lockFolder } from '../adapters/pglite/lock.ts';
import type { Config } from '../config.ts';
import { lacks, ok, type Finding } from './findings.ts';

const ENOUGH_BYTES = 500 * 1024 ** 2;

/** Whether DATA_DIR can be written, or made where it is not there yet. */
export async function lookAtDataDir({ dataDir }: Config): Promise<readonly Finding[]> {
	const todo = 'set DATA_DIR to a folder that this account can write';
	const place = await nearest(dataDir);
	if (!(await stat(place)).isDirectory()) return [lacks('DATA_DIR', `${place} is a file`, todo)];
	try {
		await access(place, constants.W_OK | constants.X_OK);
	} catch {
		return [lacks('DATA_DIR', `${place} cannot be written`, todo)];
	}
	return [ok('DATA_DIR', place === dataDir ? `${dataDir} can be written` : `${dataDir} can be made`)];
}

/** Whether the disk of DATA_DIR has room for a start and some work. */
export async function lookAtSpace({ dataDir }: Config): Promise<readonly Finding[]> {
	const { bavail, bsize } = await statfs(await nearest(dataDir));
	const free = `${Math.floor((bavail * bsize) / 1024 ** 2)} MB free`;
	if (bavail * bsize >= ENOUGH_BYTES) return [ok('disk', free)];
	return [lacks('disk', free, 'make room, or set DATA_DIR to a folder on another disk')];
}

/** Whether another process works on the data folder: one at a time can. */
export async function lookAtLock({ dataDir, databaseUrl }: Config): Promise<readonly Finding[]> {
	const records = join(dataDir, 'records');
	const file = join(records, 'lock');
	// With a database of its own the folder is nobody's alone; and looking must not make the file.
	if (databaseUrl !== null) return [];
	if (!existsSync(file)) return [ok('data', 'no Nabij works on this folder')];
	try {
		lockFolder(records, file).release();
		return [ok('data', 'no Nabij works on this folder')];
	} catch (error) {
		if (!(error instanceof DataFolderInUse)) {
			const why = error instanceof Error ? error.message : String(error);
			return [lacks('data', `${file} cannot be opened (${why})`, 'give it to this account, with all of DATA_DIR')];
		}
		return [lacks('data', 'a running Nabij works on this folder', 'stop that one, or set DATA_DIR to another folder')];
	}
}

/** The folder itself, or what of its path is there. */
async function nearest(path: string): Promise<string> {
	for (let at = path; ; at = dirname(at)) {
		const found = await stat(at).catch(() => null);
		if (found || at === dirname(at)) return at;
	}
}
