/**
 * Starting other programs so that none outlives us: signals are passed on, the exit status comes back, and whoever loses
 * its parent (a kill -9 anywhere in npm → sh → bootstrap → server) ends itself and its child.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, say } from './say.mjs';

/** The project's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];
// Ctrl-C reaches us from the terminal and once more from npm: within this time it is one wish.
const SAME_WISH_MS = 500;
const GRACE_MS = 10000;
const MEMORY_HINT = '; the system does that where memory runs out';
const tether = new URL('./tether.mjs', import.meta.url).href;

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {string | null} */
let stoppedBy = null;
let lastSignalAt = 0;

for (const signal of PASSED_ON) {
	process.on(signal, () => {
		const again = Date.now() - lastSignalAt < SAME_WISH_MS;
		lastSignalAt = Date.now();
		if (again) return;
		stoppedBy = signal;
		if (children.size === 0) process.exit(0);
		stopChildren(signal);
	});
}

/** Ends this process, child first, once whoever started it is gone. */
export function endWithParent() {
	const parent = process.ppid;
	const timer = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(timer);
		if (children.size === 0) process.exit(1);
		stoppedBy = 'SIGTERM';
		stopChildren('SIGTERM');
	}, 500);
	timer.unref();
}

/** Whether a person or a program asked us to stop. */
export function wasStopped() {
	return stoppedBy !== null;
}

/** @param {string} signal */
function stopChildren(signal) {
	for (const child of children) {
		child.kill(/** @type {NodeJS.Signals} */ (signal));
		setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
	}
}

/**
 * Runs a program of ours to its end with our terminal and an IPC channel, whose closing tells it that we are gone.
 * Answers its exit status; where a signal that did not come through us ended it, it says so and answers
 * the status that shells have for it.
 * @param {string[]} args after `node`
 * @param {{ node?: string, env?: NodeJS.ProcessEnv, tethered?: boolean, called?: string }} [options] `called`: its name in a sentence
 * @returns {Promise<number>}
 */
export function runNode(args, options) {
	const usual = { node: process.execPath, env: process.env, tethered: false, called: 'What this command runs' };
	const { node, env, tethered, called } = Object.assign(usual, options);
	return new Promise((resolve, reject) => {
		const child = spawn(node, tethered ? ['--import', tether].concat(args) : args, {
			cwd: root,
			env,
			stdio: tethered ? 'inherit' : ['inherit', 'inherit', 'inherit', 'ipc']
		});
		children.add(child);
		child.on('error', reject);
		child.on('exit', (status, signal) => {
			children.delete(child);
			if (signal === null) return resolve(status === null ? 1 : status);
			if (wasStopped()) return resolve(0);
			say(called + ' was ended by ' + signal + (signal === 'SIGKILL' ? MEMORY_HINT : '') + '.');
			resolve(128 + constants.signals[signal]);
		});
	});
}

/**
 * Runs a step of the preparation: silent when it works, its last lines in the failure when it does not.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, patienceMs?: number, otherwise: string }} options `otherwise`: what to say when it fails
 * @returns {Promise<string>} what it printed
 */
export function step(program, args, options) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			cwd: options.cwd || root,
			env: options.env || process.env,
			stdio: ['ignore', 'pipe', 'pipe']
		});
		children.add(child);
		let output = '';
		let late = false;
		const hear = (/** @type {Buffer} */ chunk) => {
			output = (output + chunk).slice(-20000);
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		const patience =
			options.patienceMs &&
			setTimeout(() => {
				late = true;
				child.kill('SIGKILL');
			}, options.patienceMs);
		child.on('error', (error) => {
			children.delete(child);
			reject(new Failure(options.otherwise + '\n' + error.message));
		});
		child.on('close', (status) => {
			clearTimeout(patience);
			children.delete(child);
			// Asked to stop in the middle of a step: that is an end in order.
			if (wasStopped()) process.exit(0);
			if (status === 0) return resolve(output);
			const why = late ? 'It did not get on for ' + Math.round((options.patienceMs || 0) / 1000) + ' s.' : tail(output);
			reject(new Failure(options.otherwise + '\n' + why));
		});
	});
}

/**
 * A step in Node, which ends itself when we are killed.
 * @param {string[]} args
 * @param {Parameters<typeof step>[2]} options
 */
export function nodeStep(args, options) {
	return step(process.execPath, ['--import', tether].concat(args), options);
}

/** @param {string} output */
function tail(output) {
	return output.trimEnd().split('\n').slice(-30).join('\n');
}
