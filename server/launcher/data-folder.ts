/** Makes DATA_DIR and tries it, so that a folder that cannot be written is one sentence and not an engine's stack. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
