/** The programs and the port that Nabij takes from the machine. */
import { createServer } from 'node:net';
import { chromiumRuns, findChromium } from '../bootstrap/browser.mjs';
import { npmCli } from '../bootstrap/node.mjs';
import type { Config } from '../config.ts';
import { doesWithout, lacks, ok, type Finding } from './findings.ts';

/** Whether this Node is one that Nabij runs on: 22.22 or newer; 23 left support long ago. */
export async function lookAtNode(): Promise<readonly Finding[]> {
	const { node } = process.versions;
	const [major = 0, minor = 0] = node.split('.').map(Number);
	if (major >= 24 || (major === 22 && minor >= 22)) return [ok('Node', node)];
	return [lacks('Node', `${node} is too old`, 'use npm, which fetches a newer one, or install Node 24')];
}

/** Whether npm is there, which fetches packages when a new version needs others. */
export async function lookAtNpm(): Promise<readonly Finding[]> {
	try {
		return [ok('npm', npmCli())];
	} catch {
		return [doesWithout('npm', 'it is not on PATH', 'install Node with its npm: a new version of Nabij needs it')];
	}
}

/** Whether Nabij can listen at HOST and PORT. */
export async function lookAtPort({ host, port }: Config): Promise<readonly Finding[]> {
	if (port === 0) return [ok('PORT', `any free one on ${host}`)];
	const code = await new Promise<string | null>((resolve) => {
		const server = createServer();
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
		server.listen({ host, port }, () => server.close(() => resolve(null)));
	});
	switch (code) {
		case null:
			return [ok('PORT', `${port} on ${host} is free`)];
		case 'EADDRINUSE':
			return [lacks('PORT', `${port} on ${host} is in use`, 'end the program that has it, or set PORT to another')];
		case 'EACCES':
			return [lacks('PORT', `this account may not listen at ${port}`, 'set PORT to one above 1023')];
		default:
			return [lacks('PORT', `nothing can listen on ${host} (${code})`, 'set HOST to an address of this machine')];
	}
}

/** Whether a Chromium is there, which only the tests need. */
export async function lookAtChromium(): Promise<readonly Finding[]> {
	const given = process.env['CHROMIUM_PATH'];
	if (given && chromiumRuns(given)) return [ok('Chromium', `${given}, for the tests`)];
	if (given) {
		const todo = 'set CHROMIUM_PATH to one that runs, or leave it out';
		return [doesWithout('Chromium', `CHROMIUM_PATH is ${given}, which does not run; the tests need it`, todo)];
	}
	const found = findChromium();
	if (found) return [ok('Chromium', `${found}, for the tests`)];
	const todo = 'npm test tries to fetch one; else install it (Debian: apt-get install chromium) or set CHROMIUM_PATH';
	return [doesWithout('Chromium', 'the tests need one', todo)];
}
