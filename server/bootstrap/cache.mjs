/**
 * Where what can be fetched again is kept (CACHE_DIR; the same rule as in server/config.ts), and how something is put there
 * so that two first starts at once and a kill in the middle leave either all of it or nothing.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { makeFolder } from './folders.mjs';
import { root } from './processes.mjs';
import { Failure } from './say.mjs';

const ABANDONED_MS = 3600000;

/** The cache folder, made and known to be writable. A home folder that cannot be written is stepped around. */
export function cacheDir() {
	const { env } = process;
	if (env.CACHE_DIR) return writable(resolve(root, env.CACHE_DIR)) || refuse(resolve(root, env.CACHE_DIR));
	const xdg = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : null;
	const home = env.HOME || homeOfAccount();
	const first = xdg ? join(xdg, 'nabij') : home ? join(home, '.cache', 'nabij') : null;
	const second = join(resolve(root, env.DATA_DIR || './data'), 'cache');
	return (first && writable(first)) || writable(second) || refuse(first || second);
}

/**
 * npm's settings of the outer call (prefix, node) would misdirect an inner one, NODE_ENV=production would drop half of the
 * packages, and its cache may lie in a home folder that cannot be written.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(env) {
	const misleading =
		/^(npm_(config_(prefix|local_prefix|global_prefix|node_gyp|user_agent|init_module|globalconfig|omit|production)|node_execpath|package_.*|lifecycle_.*)|INIT_CWD|NODE_ENV)$/i;
	const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !misleading.test(name)));
	const usual = env.npm_config_cache || (env.HOME ? join(env.HOME, '.npm') : null);
	return Object.assign(kept, { npm_config_cache: (usual && writable(usual)) || join(cacheDir(), 'npm') });
}

/**
 * Makes the folder `place` with all that `fill` puts into it, or leaves what another start made meanwhile.
 * @param {string} place
 * @param {(folder: string) => Promise<void>} fill
 * @param {(folder: string) => boolean} whole whether a folder found there can be trusted
 */
export async function placeAtomically(place, fill, whole) {
	makeFolder(dirname(place));
	sweep(place);
	const making = place + '.making-' + process.pid + '-' + Date.now();
	mkdirSync(making);
	try {
		await fill(making);
		if (existsSync(place) && !whole(place)) rmSync(place, { recursive: true, force: true });
		try {
			renameSync(making, place);
		} catch (error) {
			if (!whole(place)) throw error;
		}
	} finally {
		rmSync(making, { recursive: true, force: true });
	}
}

/** What a killed start left behind. @param {string} place */
function sweep(place) {
	for (const name of readdirSync(dirname(place))) {
		const left = join(dirname(place), name);
		if (!name.startsWith(basename(place) + '.making-')) continue;
		if (Date.now() - statSync(left).mtimeMs > ABANDONED_MS) rmSync(left, { recursive: true, force: true });
	}
}

/** @param {string} folder */
function writable(folder) {
	try {
		makeFolder(folder);
		accessSync(folder, constants.W_OK);
		return folder;
	} catch {
		return null;
	}
}

/** @param {string} folder @returns {never} */
function refuse(folder) {
	throw new Failure(
		'The folder ' + folder + ' cannot be written. Set CACHE_DIR to one that can: Nabij keeps there what it fetches.'
	);
}

function homeOfAccount() {
	try {
		return homedir();
	} catch {
		return null;
	}
}
