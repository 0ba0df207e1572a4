/** The started product: its own process, its own data folder, reached over real sockets. Needs the build. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export type Product = Readonly<{
	url: string;
	/** What it has written to stdout and stderr so far. */
	output(): string;
	stop(): Promise<void>;
}>;

/** Starts it at a free port with calls switched off, and waits until it lets people in. */
export async function startProduct(env: Readonly<Record<string, string>> = {}): Promise<Product> {
	if (!existsSync(join(ROOT, 'build/handler.js'))) throw new Error('there is no build: run `npx vite build`');
	const dataDir = await mkdtemp(join(tmpdir(), 'nabij-product-'));
	const { PATH = '', HOME = '' } = process.env;
	const child = spawn(process.execPath, ['server/main.ts'], {
		cwd: ROOT,
		env: { PATH, HOME, PORT: '0', MEDIA: 'off', DATA_DIR: dataDir, ...env },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let output = '';
	const url = await new Promise<string>((listening, failed) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				output += text;
				const [, at] = /Nabij is at (\S+)/.exec(output) ?? [];
				if (at) listening(at);
			});
		}
		child.once('exit', (code) => failed(new Error(`it ended with ${code}:\n${output}`)));
	});
	return {
		url,
		output: () => output,
		async stop() {
			const ended = new Promise((resolve) => child.once('exit', resolve));
			child.kill('SIGTERM');
			await ended;
			await rm(dataDir, { recursive: true, force: true });
		}
	};
}

/** Someone with cookies of their own, as a program has them. */
export function visitor(base: string) {
	let cookie = '';
	return {
		cookie: () => cookie,
		async call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
			const response = await fetch(base + path, {
				method,
				redirect: 'manual',
				headers: {
					...(cookie ? { cookie } : {}),
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
					...headers
				},
				body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
			});
			const [set] = response.headers.getSetCookie().filter((one) => /nabij_session=/.test(one));
			if (set) cookie = set.split(';')[0] ?? '';
			const text = await response.text();
			const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
			return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : null, text };
		}
	};
}
