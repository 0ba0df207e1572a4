/** Making folders, in a way that always comes to an end. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that lack, or throws the system's reason. Node's own recursive mkdir spins for ever where
 * the parent is there and yet nothing can be made in it, as in /proc.
 * @param {string} path
 * @param {number} [mode] of each one that it makes
 */
export function makeFolder(path, mode) {
	try {
		mkdirSync(path, { mode });
	} catch (error) {
		if (isFolder(path)) return;
		if (error.code !== 'ENOENT' || isFolder(dirname(path))) throw error;
		makeFolder(dirname(path), mode);
		makeFolder(path, mode);
	}
}

/** @param {string} path */
function isFolder(path) {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}
