import Database from 'better-sqlite3';
import fs from 'node:fs';

/** Another process, or this one already, works on the folder. */
export class DataFolderInUse extends Error {
	override readonly name = 'DataFolderInUse';
	constructor(dir: string) {
		super(
			`The data folder ${dir} is in use by another running Nabij. Stop that one first, or give this one its own DATA_DIR.`
		);
	}
}

export type FolderLock = Readonly<{ release: () => void }>;

/**
 * Takes a folder for this process alone, or throws DataFolderInUse. The lock is the kernel's, through SQLite: it ends with
 * the process however that ends, and holds between containers that share the folder, where the numbers in pid files lie.
 */
export function lockFolder(dir: string, file: string): FolderLock {
	createPrivately(file);
	const database = new Database(file, { timeout: 0 });
	try {
		database.pragma('journal_mode = DELETE');
		database.exec('BEGIN EXCLUSIVE');
	} catch (error) {
		database.close();
		if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw new DataFolderInUse(dir);
		throw error;
	}
	return { release: () => void database.close() };
}

/** Never opens a file that exists: closing it again would drop the lock that this same process may hold on it. */
function createPrivately(file: string): void {
	try {
		fs.closeSync(fs.openSync(file, 'wx', 0o600));
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
	}
}
