/** What each of package.json's scripts does, once the right Node runs. A command answers the exit status. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './browser.mjs';
import { root, runNode, wasStopped } from './processes.mjs';
import { Failure } from './say.mjs';
import { serverOptions } from './server-options.mjs';
import { ensureBuild, ensureMessages, ensurePackages, ensureTypes } from './setup.mjs';

/** @typedef {(args: string[]) => Promise<number>} Command */

/** @type {Record<string, Command>} */
const COMMANDS = { start, test, 'test:long': testLong, dev, check, bench, cli };
const tool = (/** @type {string[]} */ ...parts) => join(root, 'node_modules', ...parts);
const VITEST = tool('vitest', 'vitest.mjs');
const PLAYWRIGHT = tool('@playwright', 'test', 'cli.js');
// Type stripping is announced as experimental by older ones of the Nodes that have it.
const QUIET = '--disable-warning=ExperimentalWarning';

/** @param {string | undefined} name @returns {Command} */
export function commandNamed(name) {
	const command = name === undefined ? undefined : COMMANDS[name];
	if (!command) throw new Failure('Say one of: ' + Object.keys(COMMANDS).join(', ') + '.', 2);
	return command;
}

/** @type {Command} */
async function start(args) {
	await ensurePackages();
	await ensureMessages();
	await ensureBuild();
	const env = Object.assign({}, process.env, { NODE_ENV: 'production' });
	return runNode(serverOptions().concat('server/main.ts', args), { env, called: 'The server' });
}

/** @type {Command} */
async function test(args) {
	await ensurePackages();
	await ensureMessages();
	await ensureTypes();
	const env = Object.assign(await testEnvironment(), { CHROMIUM_PATH: await ensureChromium() });
	await ensureBuild();
	await tethered([QUIET, 'server/cli/obtain-livekit.ts'], env);
	const named = args.some((arg) => !arg.startsWith('-'));
	const endToEnd = args.some((arg) => /e2e/.test(arg));
	const units = named && endToEnd ? 0 : await tethered([VITEST, 'run', '--project', '!long'].concat(args), env);
	if (wasStopped() || (named && !endToEnd) || !existsSync(join(root, 'playwright.config.ts'))) return units;
	const pages = await tethered([PLAYWRIGHT, 'test'].concat(args), env);
	return units || pages;
}

/** @type {Command} */
async function testLong(args) {
	await ensurePackages();
	await ensureMessages();
	await ensureTypes();
	const env = Object.assign(await testEnvironment(), { CHROMIUM_PATH: await ensureChromium() });
	await ensureBuild();
	if (args.includes('--short')) env.NABIJ_SHORT = '1';
	const others = args.filter((arg) => arg !== '--short');
	return tethered([VITEST, 'run', '--project', 'long'].concat(others), env);
}

/** @type {Command} */
async function dev(args) {
	await ensurePackages();
	await ensureMessages();
	const { HOST, PORT } = process.env;
	const where = ['--host', HOST || '127.0.0.1', '--port', PORT || '3000', '--strictPort'];
	return tethered([tool('vite', 'bin', 'vite.js'), 'dev'].concat(where, args), withoutNodeEnv());
}

/** All four say what they find; the status is that of the first that found something. @type {Command} */
async function check() {
	await ensurePackages();
	await ensureMessages();
	await ensureTypes();
	const checks = [
		[tool('svelte-check', 'bin', 'svelte-check'), '--tsconfig', './tsconfig.json', '--output', 'human'],
		[tool('eslint', 'bin', 'eslint.js'), '.'],
		[tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
		[VITEST, 'run', 'tests/architecture.test.ts']
	];
	let status = 0;
	for (const one of checks) {
		const its = await tethered(one, withoutNodeEnv());
		status = status || its;
		if (wasStopped()) break;
	}
	return status;
}

/** @type {Command} */
async function bench(args) {
	await ensurePackages();
	await ensureMessages();
	await ensureBuild();
	const env = Object.assign({}, process.env, { CHROMIUM_PATH: await ensureChromium() });
	return runNode([QUIET, 'bench/main.ts'].concat(args), { env });
}

/** @type {Command} */
async function cli(args) {
	await ensurePackages();
	await ensureMessages();
	return runNode(serverOptions().concat('server/cli/main.ts', args));
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env */
function tethered(args, env) {
	return runNode(args, { env, tethered: true });
}

/** What a person's shell says about the product must not steer the tests' own products; what is fetched is kept for all. */
export async function testEnvironment() {
	const env = withoutNodeEnv();
	// Late, since it needs the packages.
	const { VARIABLE_NAMES } = await import('../config.ts');
	for (const name of VARIABLE_NAMES) if (name !== 'CACHE_DIR') delete env[name];
	return env;
}

/** @returns {NodeJS.ProcessEnv} */
function withoutNodeEnv() {
	const env = Object.assign({}, process.env);
	delete env.NODE_ENV;
	return env;
}
