/** The whole product as `npm start` runs it: bootstrap, launcher, LiveKit, on a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export type Whole = Readonly<{
	url: string;
	port: number;
	dataDir: string;
	output: () => string;
	/** SIGKILL to the process that serves; settles when everything of this product is gone. */
	killServer: () => Promise<void>;
	/** Starts again on the same folder and port, after a kill. */
	again: () => Promise<Whole>;
	/** SIGTERM; answers the exit status. */
	stop: () => Promise<number | null>;
}>;

type Options = Readonly<{ env?: Readonly<Record<string, string>>; dataDir?: string; port?: number }>;

/** Starts it and waits until people can come in and, unless MEDIA says otherwise, until calls work. */
export async function startWhole({
	env = {},
	dataDir = mkdtempSync(join(tmpdir(), 'nabij-whole-')),
	port = 0
}: Options = {}): Promise<Whole> {
	const { PATH = '', HOME = '', XDG_CACHE_HOME, CACHE_DIR, CI } = process.env;
	const cache = { ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }), ...(CACHE_DIR && { CACHE_DIR }), ...(CI && { CI }) };
	const child = spawn(process.execPath, ['server/bootstrap.mjs', 'start'], {
		cwd: ROOT,
		env: { PATH, HOME, ...cache, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn', ...env },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let output = '';
	const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
	const url = await new Promise<string>((listening, failed) => {
		const wantsMedia = env['MEDIA'] !== 'off';
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding('utf8').on('data', (text: string) => {
				output += text;
				const [, at] = /Nabij is at (\S+)/.exec(output) ?? [];
				const settled = !wantsMedia || /media:\s+(LiveKit \d|off)/.test(output);
				if (at && settled) listening(at);
			});
		void ended.then((code) => failed(new Error(`it ended with ${code}:\n${output}`)));
	});
	return {
		url,
		port: Number(new URL(url).port),
		dataDir,
		output: () => output,
		async killServer() {
			process.kill(serverUnder(child), 'SIGKILL');
			await ended;
		},
		again: () => startWhole({ env, dataDir, port: Number(new URL(url).port) }),
		async stop() {
			child.kill('SIGTERM');
			const code = await ended;
			if (existsSync(dataDir)) rmSync(dataDir, { recursive: true, force: true });
			return code;
		}
	};
}

/** The process below the bootstrap that runs server/main.ts. */
function serverUnder(child: ChildProcess): number {
	for (const entry of readdirSync('/proc')) {
		if (!/^\d+$/.test(entry)) continue;
		try {
			const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8')) ?? [];
			const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
			if (Number(parent) === child.pid && line.includes('server/main.ts')) return Number(entry);
		} catch {
			// It ended while we looked.
		}
	}
	throw new Error('the server is not running');
}
