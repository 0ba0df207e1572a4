/**
 * The product as real processes, started the ways that it is started outside of tests: the one place where tests and
 * benchmarks do so. Its environment is what is given here and nothing of ours, but for where programs and the cache are.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serverOptions } from '../../server/bootstrap/server-options.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

const WAYS = {
	/** As a person types it. */
	npm: ['npm', 'start'],
	/** What that runs: builds first where it must. */
	bootstrap: [process.execPath, 'server/bootstrap.mjs', 'start'],
	/** The server alone, on a build that is there. */
	launcher: [process.execPath, ...serverOptions(), 'server/main.ts']
} as const satisfies Record<string, readonly [string, ...string[]]>;

type Env = Readonly<Record<string, string>>;
type Way = keyof typeof WAYS;

export type Launched = Readonly<{
	child: ChildProcess;
	/** What it has written to stdout and stderr so far. */
	output: () => string;
	/** Settles when it has ended and said everything, to its status or the signal that ended it. */
	ended: Promise<number | string>;
	/** Waits until what it printed matches. Rejects with all of it when it ended without. */
	prints: (pattern: RegExp) => Promise<RegExpExecArray>;
}>;

type Where = Readonly<{
	/** Those of `npm start -- …`. */
	flags?: readonly string[];
	/** Another copy of the project. */
	project?: string;
	/** The folder in which npm is called, with `--prefix`; without one, the project's own. */
	from?: string;
}>;

/** Starts it, and leaves it to the caller what to wait for. */
export function launch(way: Way, env: Env, { flags = [], project = ROOT, from }: Where = {}): Launched {
	const { PATH = '', HOME = '', XDG_CACHE_HOME, CACHE_DIR, CI } = process.env;
	const kept = { ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }), ...(CACHE_DIR && { CACHE_DIR }), ...(CI && { CI }) };
	const [program, ...args] = from === undefined ? WAYS[way] : ['npm', '--prefix', project, 'start'];
	const child = spawn(program, [...args, ...(way === 'npm' && flags.length > 0 ? ['--'] : []), ...flags], {
		cwd: from ?? project,
		env: { PATH, HOME, ...kept, PORT: '0', LOG_LEVEL: 'warn', ...env },
		// The closing of the channel tells the server when we are gone.
		stdio: way === 'launcher' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe']
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (text: string) => {
			output += text;
			child.emit('nabij:said');
		});
	}
	const ended = new Promise<number | string>((done) =>
		child.once('close', (code, signal) => done(code ?? signal ?? 'unknown'))
	);
	return {
		child,
		output: () => output,
		ended,
		prints(pattern) {
			return new Promise((found, failed) => {
				const look = (): void => {
					const match = pattern.exec(output);
					if (!match) return;
					child.off('nabij:said', look);
					found(match);
				};
				child.on('nabij:said', look);
				void ended.then((status) => failed(new Error(`it ended with ${status}:\n${output}`)));
				look();
			});
		}
	};
}

export type Product = Readonly<{
	url: string;
	port: number;
	dataDir: string;
	/** The process that serves. */
	pid: number;
	output: () => string;
	/** SIGKILL to the process that serves; settles when its parents are gone too. */
	killServer: () => Promise<void>;
	/** Starts again the same way, on the same folder and port, after a kill. */
	again: () => Promise<Product>;
	/** SIGTERM; answers the status. A folder that was made for it is removed. */
	stop: () => Promise<number | string>;
}>;

type Options = Readonly<{
	way?: Exclude<Way, 'npm'>;
	env?: Env;
	flags?: readonly string[];
	/** Kept; without one, it gets a folder that ends with it. */
	dataDir?: string;
	port?: number;
}>;

/** Starts it and waits until people can come in and, with `MEDIA` other than the `off` it has here, until calls work. */
export async function startProduct(options: Options = {}): Promise<Product> {
	const { way = 'launcher', env = {}, flags = [], port: wanted = 0 } = options;
	const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'nabij-product-'));
	const its = launch(way, { MEDIA: 'off', ...env, DATA_DIR: dataDir, PORT: String(wanted) }, { flags });
	const [, url = ''] = await its.prints(/Nabij is at (\S+)\n/);
	if ((env['MEDIA'] ?? 'off') !== 'off') await its.prints(/media: +(LiveKit \d|off)/);
	const port = Number(new URL(url).port);
	const pid = way === 'launcher' ? (its.child.pid ?? 0) : serverUnder(its.child);
	return {
		url,
		port,
		dataDir,
		pid,
		output: its.output,
		async killServer() {
			process.kill(pid, 'SIGKILL');
			await its.ended;
		},
		again: () => startProduct({ ...options, dataDir, port: wanted === 0 ? port : wanted }),
		async stop() {
			its.child.kill('SIGTERM');
			const status = await its.ended;
			if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
			return status;
		}
	};
}

/** The process below the bootstrap that runs server/main.ts; an old Node has a newer one's bootstrap in between. */
function serverUnder(child: ChildProcess): number {
	const parents = new Map<number, number>();
	const servers: number[] = [];
	for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
		try {
			const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8')) ?? [];
			parents.set(Number(entry), Number(parent));
			if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('server/main.ts')) servers.push(Number(entry));
		} catch {
			// It ended while we looked.
		}
	}
	const isBelow = (pid: number): boolean => {
		const parent = parents.get(pid) ?? 0;
		return parent === child.pid || (parent > 1 && isBelow(parent));
	};
	const found = servers.find(isBelow);
	if (found === undefined) throw new Error('the server is not running');
	return found;
}
