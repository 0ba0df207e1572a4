/** A Chromium for the tests: the one that is there, else one that it installs; it says which. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeStep, root, step } from './processes.mjs';
import { Failure, progress, say } from './say.mjs';

const FOUND_AT = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const DOWNLOAD_MS = 300000;

/** The path of a Chromium that runs. */
export async function ensureChromium() {
	const given = process.env.CHROMIUM_PATH;
	if (given) {
		if (!chromiumRuns(given)) throw new Failure('CHROMIUM_PATH is ' + given + ', which does not run.');
		return given;
	}
	const found = findChromium();
	if (found) {
		say('Chromium for the tests: ' + found);
		return found;
	}
	const installed = (await fromPlaywright()) || (await fromDebian());
	if (installed) return installed;
	throw new Failure(
		'The tests need a Chromium and none could be installed. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.'
	);
}

/** Where a Chromium that runs already is, or null. */
export function findChromium() {
	return FOUND_AT.concat(playwrightsOwn()).find(chromiumRuns) || null;
}

async function fromPlaywright() {
	try {
		await progress('No Chromium here; downloading Playwright’s', () =>
			nodeStep([join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'install', 'chromium'], {
				env: Object.assign({ PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' }, process.env),
				patienceMs: DOWNLOAD_MS,
				otherwise: 'Playwright’s Chromium could not be downloaded.'
			})
		);
	} catch (error) {
		say(error.message.split('\n')[0]);
	}
	return playwrightsOwn().find(chromiumRuns) || null;
}

async function fromDebian() {
	if (!existsSync('/usr/bin/apt-get') || !process.getuid || process.getuid() !== 0) return null;
	try {
		await progress('Installing Debian’s chromium', async () => {
			const otherwise = 'Debian’s chromium could not be installed.';
			const env = Object.assign({}, process.env, { DEBIAN_FRONTEND: 'noninteractive' });
			await step('apt-get', ['update', '-q'], { env, otherwise });
			await step('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env, otherwise });
		});
	} catch (error) {
		say(error.message);
	}
	return FOUND_AT.find(chromiumRuns) || null;
}

/** @returns {string[]} */
function playwrightsOwn() {
	try {
		return [createRequire(join(root, 'package.json'))('@playwright/test').chromium.executablePath()];
	} catch {
		return [];
	}
}

/** Whether there is a Chromium that runs: Playwright's download comes without the libraries it needs. @param {string} path */
export function chromiumRuns(path) {
	return existsSync(path) && spawnSync(path, ['--version'], { timeout: 20000 }).status === 0;
}
