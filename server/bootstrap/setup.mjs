/**
 * Packages, messages and build, each made only when what it is made from has changed. A stamp says from what; it is written
 * last, so a kill in the middle means that it is made again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { npmEnvironment } from './cache.mjs';
import { makeFolder } from './folders.mjs';
import { npmCli, settingsOfMachine } from './node.mjs';
import { nodeStep, root } from './processes.mjs';
import { Failure, progress, say } from './say.mjs';

const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const PARAGLIDE = 'server/bootstrap/paraglide-options.mjs';
const LOCK_WAIT_MS = 250;
// Longer than a first install and build on a slow machine; past it the owner hangs, or its process id is another's by now.
const LOCK_GIVEN_UP_MS = 900000;

/** The packages of the lock file, development ones included: the build needs them. */
export function ensurePackages() {
	const key = hash([at('package-lock.json')], process.versions.modules + process.platform + process.arch);
	const stamp = at('node_modules', '.nabij-packages');
	return unlessStamped(stamp, key, async () => {
		if (!installedAsLocked()) {
			const patience = ['--no-audit', '--no-fund', '--fetch-timeout=60000', '--fetch-retries=2'];
			const npm = npmCli();
			await progress('Installing packages (about a minute the first time)', () =>
				nodeStep([npm, 'ci', '--include=dev', '--include=optional'].concat(patience), {
					env: Object.assign(npmEnvironment(process.env), settingsOfMachine(npm)),
					otherwise: 'The packages could not be installed.'
				})
			);
		}
		writeFileSync(stamp, key);
	});
}

/** The words of both languages, compiled: server code and tests import them unbuilt. */
export function ensureMessages() {
	const sources = [at('src', 'i18n', 'messages'), at('src', 'i18n', 'project.inlang', 'settings.json')];
	const key = hash(sources.concat(at(PARAGLIDE)), '');
	const stamp = at('node_modules', '.nabij-messages');
	if (!existsSync(at('src', 'i18n', 'paraglide', 'messages.js'))) rmSync(stamp, { force: true });
	return unlessStamped(stamp, key, async () => {
		await nodeStep([at('server', 'bootstrap', 'messages.mjs')], { otherwise: 'The messages could not be compiled.' });
		writeFileSync(stamp, key);
	});
}

/** Kit's generated types and tsconfig. */
export async function ensureTypes() {
	await nodeStep([at('node_modules', '@sveltejs', 'kit', 'svelte-kit.js'), 'sync'], {
		otherwise: 'SvelteKit could not prepare its types.'
	});
}

/** The page and the server's bundle, for production. */
export function ensureBuild() {
	const sources = ['src', 'static', 'server', 'drizzle', 'svelte.config.js', 'vite.config.ts', 'package.json'];
	const key = hash(
		sources.concat('package-lock.json', PARAGLIDE).map((name) => at(name)),
		''
	);
	const stamp = at('build', '.nabij-build');
	return unlessStamped(stamp, key, async () => {
		rmSync(stamp, { force: true });
		await progress('Building the page', () =>
			nodeStep([at('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
				env: Object.assign({}, process.env, { NODE_ENV: 'production' }),
				otherwise: 'The page could not be built.'
			})
		);
		writeFileSync(stamp, key);
	});
}

/**
 * Does `work` unless the stamp says it has been done from these very sources; one process at a time, across processes.
 * @param {string} stamp @param {string} key @param {() => Promise<void>} work
 */
async function unlessStamped(stamp, key, work) {
	const done = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
	if (done()) return;
	const release = await takeLock();
	try {
		if (!done()) await work();
	} finally {
		release();
	}
}

/** Two starts of one copy at once would install into each other's folders. A dead owner's lock is void. */
async function takeLock() {
	const lock = at('.svelte-kit', 'setup.lock');
	makeFolder(at('.svelte-kit'));
	for (let waited = 0; ; waited += 1) {
		try {
			writeFileSync(lock, String(process.pid), { flag: 'wx' });
			const release = () => rmSync(lock, { force: true });
			process.once('exit', release);
			return release;
		} catch (error) {
			if (error.code !== 'EEXIST') {
				throw new Failure('The folder ' + root + ' cannot be written, and it is not built yet: ' + error.message);
			}
		}
		if (!ownerLives(lock)) rmSync(lock, { force: true });
		else if (waited === 0) say('Another start of this copy is installing or building; waiting for it …');
		else if (waited * LOCK_WAIT_MS > LOCK_GIVEN_UP_MS) {
			throw new Failure('Another start of this copy does not come to an end. End it, or remove ' + lock + '.');
		}
		await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
	}
}

/** @param {string} lock */
function ownerLives(lock) {
	try {
		const owner = Number(readFileSync(lock, 'utf8'));
		// Written in two steps: an empty file is somebody's first moment, unless it stays so.
		if (!owner) return Date.now() - statSync(lock).mtimeMs < 2000;
		process.kill(owner, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** Whether node_modules holds what the lock file says, whoever installed it; npm's own record of it is written last. */
function installedAsLocked() {
	try {
		const packagesIn = (/** @type {string[]} */ ...parts) => JSON.parse(readFileSync(at(...parts), 'utf8')).packages;
		const wanted = packagesIn('package-lock.json');
		const there = packagesIn('node_modules', '.package-lock.json');
		return Object.keys(wanted).every((path) => {
			if (path === '') return true;
			return there[path] ? there[path].version === wanted[path].version : Boolean(wanted[path].optional);
		});
	} catch {
		return false;
	}
}

/** One hash of names and contents. @param {string[]} paths @param {string} salt */
function hash(paths, salt) {
	const sum = createHash('sha256').update(salt);
	for (const file of paths.flatMap(filesIn)) {
		sum
			.update(relative(root, file) + '\0')
			.update(readFileSync(file))
			.update('\0');
	}
	return sum.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesIn(path) {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return isSource(path) ? [path] : [];
	if (GENERATED.test(relative(root, path))) return [];
	return readdirSync(path)
		.sort()
		.flatMap((name) => filesIn(join(path, name)));
}

// Made by the build itself, or never part of it.
const GENERATED = /^(src\/i18n\/paraglide|server\/(bootstrap|cli))$/;

/** @param {string} file */
function isSource(file) {
	return !/\.(test|e2e)\.ts$|(^|\/)server\/(main\.ts|bootstrap\.mjs)$/.test(file);
}
