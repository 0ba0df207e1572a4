/** Makes DATA_DIR and tries it, so that a folder that cannot be written, or is full, is one sentence and not an engine's stack. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { makeFolder } from '../bootstrap/folders.mjs';
import { StartRefused } from './start-refused.ts';

const WHY: Readonly<Record<string, string>> = {
	ENOTDIR: 'part of that path is a file',
	EEXIST: 'there is a file of that name',
	EACCES: 'this account may not write there',
	EPERM: 'this account may not write there',
	EROFS: 'it lies on a read-only file system',
	ENOSPC: 'the disk is full',
	ENOENT: 'it cannot be made there'
};

/** Rejects with a sentence that names DATA_DIR and the reason. What it makes can be read by this account only. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
	const probe = join(dataDir, `.probe-${process.pid}`);
	try {
		makeFolder(dataDir, 0o700);
		await writeFile(probe, '');
		await rm(probe);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		throw new StartRefused(
			`DATA_DIR is ${dataDir}, which cannot be written: ${WHY[code] ?? code}. Set DATA_DIR to a folder that can be.`,
			{ cause: error }
		);
	}
}

const NO_SPACE = /ENOSPC|SQLITE_FULL|53100|no space left|database or disk is full/i;

/** What to tell whoever started us when the start failed for lack of space, however deep that lies in causes; else null. */
export function fullDisk(
	error: Error,
	{ dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>
): string | null {
	for (let at: unknown = error; at instanceof Error; at = at.cause) {
		if (!NO_SPACE.test('code' in at ? `${String(at.code)} ${at.message}` : at.message)) continue;
		const ours = databaseUrl === null || ('code' in at && at.code !== '53100');
		return ours
			? `The disk of DATA_DIR (${dataDir}) is full. Make room there, or set DATA_DIR to a folder elsewhere.`
			: 'The disk of the database at DATABASE_URL is full. Make room there.';
	}
	return null;
}
