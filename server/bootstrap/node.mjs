/** The Node that everything else runs under: the one at hand where it is new enough, else one from the package registry. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, npmEnvironment, placeAtomically } from './cache.mjs';
import { runNode, step } from './processes.mjs';
import { Failure, progress } from './say.mjs';

const VERSION = '24.21.0';
// npm before 9 cannot read the lock file; it then comes along.
const NPM_VERSION = '11.6.2';
// npm tries once more: a registry that never answers is given up after a minute, one that crawls after five.
const ANSWER_WITHIN_MS = 30000;
const PATIENCE_MS = 300000;
const entry = fileURLToPath(new URL('../bootstrap.mjs', import.meta.url));

/**
 * Answers null where this Node will do. Else runs the bootstrap again under a fetched one and answers its exit status.
 * @param {string[]} args
 * @returns {Promise<number | null>}
 */
export async function ensureNode(args) {
	if (isNewEnough(process.versions.node)) return null;
	const name = 'node-linux-' + process.arch;
	if (process.platform !== 'linux' || !(process.arch === 'x64' || process.arch === 'arm64')) {
		throw new Failure(
			'Node ' + process.versions.node + ' is too old: Nabij needs Node 22.22 or newer (24 is best). ' + installAdvice()
		);
	}
	const place = join(cacheDir(), 'node', VERSION + '-linux-' + process.arch);
	const nodeIn = (/** @type {string} */ folder) => join(folder, 'node_modules', name, 'bin', 'node');
	const npmIn = (/** @type {string} */ folder) => join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
	const whole = (/** @type {string} */ folder) => runs(nodeIn(folder));
	const npm = npmCli();
	const oldNpm = majorOf(npm) < 9;
	if (!existsSync(nodeIn(place)) || (oldNpm && !existsSync(npmIn(place)))) {
		const wanted = [name + '@' + VERSION].concat(oldNpm ? ['npm@' + NPM_VERSION] : []);
		await progress('Node ' + process.versions.node + ' is too old for Nabij; fetching ' + VERSION, () =>
			placeAtomically(place, (folder) => fetchInto(folder, npm, wanted, nodeIn(folder)), whole)
		);
	}
	const node = nodeIn(place);
	const env = Object.assign({}, process.env, {
		PATH: dirname(node) + delimiter + (process.env.PATH || ''),
		npm_execpath: oldNpm ? npmIn(place) : npm
	});
	return runNode([entry].concat(args), { node, env });
}

/** npm's own script: the npm that started us, else the one on PATH. */
export function npmCli() {
	const started = process.env.npm_execpath;
	if (started && /npm-cli\.js$/.test(started) && existsSync(started)) return started;
	for (const folder of (process.env.PATH || '').split(delimiter)) {
		const found = join(folder, 'npm');
		if (folder && existsSync(found)) return realpathSync(found);
	}
	throw new Failure('npm was not found. It comes with Node: ' + installAdvice());
}

/**
 * The settings that npm keeps for a whole machine (registry, certificates), as an environment: it looks for them beside
 * the Node that runs it, and a fetched one has none.
 * @param {string} npm
 * @returns {NodeJS.ProcessEnv}
 */
export function settingsOfMachine(npm) {
	const file = resolve(dirname(npm), '../../../../etc/npmrc');
	return existsSync(file) ? { npm_config_globalconfig: file } : {};
}

/** @param {string} folder @param {string} npm @param {string[]} wanted @param {string} node */
async function fetchInto(folder, npm, wanted, node) {
	writeFileSync(join(folder, 'package.json'), '{"private":true}');
	const flags = [
		'--no-save',
		'--no-package-lock',
		'--ignore-scripts',
		'--no-audit',
		'--no-fund',
		'--engine-strict=false'
	];
	// By its working directory: with --prefix npm would not read the machine's own settings, such as its registry's authority.
	const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=' + ANSWER_WITHIN_MS];
	await step(process.execPath, [npm, 'install'].concat(patience, flags, wanted), {
		cwd: folder,
		env: npmEnvironment(process.env),
		patienceMs: PATIENCE_MS,
		otherwise: `Node ${VERSION} could not be fetched from ${registry(npm)}. ${installAdvice()} Behind a proxy, set HTTPS_PROXY.`
	});
	if (!runs(node)) throw new Failure('The fetched Node does not run on this machine. ' + installAdvice());
}

/** Where npm fetches from, as it says itself; it keeps an address to itself that has a password in it. @param {string} npm */
function registry(npm) {
	const asked = spawnSync(process.execPath, [npm, 'config', 'get', 'registry'], {
		env: npmEnvironment(process.env),
		timeout: 10000
	});
	try {
		return new URL(String(asked.stdout).trim()).origin;
	} catch {
		return 'the package registry';
	}
}

/** @param {string} version */
function isNewEnough(version) {
	const [major, minor] = version.split('.').map(Number);
	// 23 left support long ago and lacks what 22.22 got since.
	return major >= 24 || (major === 22 && minor >= 22);
}

/** @param {string} node */
function runs(node) {
	return existsSync(node) && String(spawnSync(node, ['--version']).stdout).trim() === 'v' + VERSION;
}

/** @param {string} npm */
function majorOf(npm) {
	try {
		return parseInt(JSON.parse(readFileSync(join(dirname(dirname(npm)), 'package.json'), 'utf8')).version, 10);
	} catch {
		return 0;
	}
}

function installAdvice() {
	if (process.platform === 'darwin') return 'Install it with "brew install node@24" or from https://nodejs.org.';
	if (process.platform === 'win32')
		return 'Install it with "winget install OpenJS.NodeJS.LTS" or from https://nodejs.org.';
	return 'Install Node 24 from https://nodejs.org or with your package manager, and start again.';
}
