/**
 * A `livekit-server` to run: on PATH, in the cache, from the project's release (checked against its checksums), or built
 * from its source where Go is there. The checksums come from where the archive does: they find a broken download, and not a
 * release that was exchanged. Go's own build is checked against its public log of sums. What is made lands in the cache by a rename: all of it or nothing.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import type { Log } from '../../log.ts';
import { runGuarded } from './guarded.ts';

/** The release that was measured; the next ones carry `replace` lines, which `go install` refuses. */
export const LIVEKIT_VERSION = '1.13.5';

const RELEASES = 'https://github.com/livekit/livekit/releases/download';
const SOURCE = 'github.com/livekit/livekit-server/cmd/server';
const ANSWER_WITHIN_MS = 10_000;
const STALLED_AFTER_MS = 10_000;
const run = promisify(execFile);

export type Binary = Readonly<{ path: string; version: string }>;
type Deps = Readonly<{
	cacheDir: string;
	log: Log;
	/** Hears what is being done, as a sentence. */
	say: (doing: string) => void;
	signal: AbortSignal;
	/** Where releases are; another place in tests. */
	releases?: string;
}>;

/** Finds one or makes one; answers why not where neither is possible. */
export async function obtainLiveKit(deps: Deps): Promise<Binary | Readonly<{ why: string }>> {
	const kept = join(deps.cacheDir, 'livekit', LIVEKIT_VERSION, 'livekit-server');
	for (const path of ['livekit-server', kept]) {
		const version = await versionOf(path);
		if (version) return { path, version };
	}
	try {
		await makeFolder(dirname(kept));
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		const otherwise = 'set it to a folder that can be, put livekit-server on PATH or set LIVEKIT_URL';
		return { why: `CACHE_DIR (${deps.cacheDir}) cannot be written (${reason}): ${otherwise}` };
	}
	const problems: string[] = [];
	for (const make of [download, build]) {
		if (deps.signal.aborted) break;
		if (problems.length > 0) deps.say(`${problems.join('; ')}: trying the next way`);
		try {
			const folder = await mkdtemp(join(dirname(dirname(kept)), '.making-'));
			try {
				const made = await make(folder, deps);
				await chmod(made, 0o755);
				await rename(made, kept);
			} finally {
				await rm(folder, { recursive: true, force: true });
			}
			const version = await versionOf(kept);
			if (version) return { path: kept, version };
			problems.push('what was made does not run');
		} catch (error) {
			// Each way that fails leaves the next one to try; all their reasons are told in the end.
			const reason = error instanceof Error ? error.message : String(error);
			deps.log.debug({ reason }, 'one way to a LiveKit failed');
			problems.push(reason);
		}
	}
	return { why: `no LiveKit here (${problems.join('; ')}): put livekit-server on PATH or set LIVEKIT_URL` };
}

/** One level at a time: Node's own recursive mkdir spins for ever where the parent is there and takes nothing, as /proc. */
async function makeFolder(path: string): Promise<void> {
	if (await stat(path).catch(() => null)) return;
	await makeFolder(dirname(path));
	await mkdir(path).catch((error: unknown) => {
		// Another process that starts at the same time may have made it meanwhile.
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
	});
}

async function download(folder: string, { say, signal, releases = RELEASES }: Deps): Promise<string> {
	const machine = { x64: 'amd64', arm64: 'arm64', arm: 'armv7' }[process.arch as string];
	if (process.platform !== 'linux' || !machine) throw new Error('there is no release for this kind of machine');
	const name = `livekit_${LIVEKIT_VERSION}_linux_${machine}.tar.gz`;
	say(`fetching LiveKit ${LIVEKIT_VERSION}`);
	const sums = String(await get(`${releases}/v${LIVEKIT_VERSION}/checksums.txt`, signal));
	const archive = await get(`${releases}/v${LIVEKIT_VERSION}/${name}`, signal);
	const sum = createHash('sha256').update(archive).digest('hex');
	if (!sums.split('\n').some((line) => line.startsWith(sum) && line.trim().endsWith(name))) {
		throw new Error('the release does not match its checksum');
	}
	const file = join(folder, basename(name));
	await writeFile(file, archive);
	await extract({ file, cwd: folder, filter: (path) => basename(path) === 'livekit-server' });
	return join(folder, 'livekit-server');
}

/** The whole body, given up when it does not begin or does not get on. */
async function get(url: string, stop: AbortSignal): Promise<Buffer> {
	const patience = new AbortController();
	let timer = setTimeout(() => patience.abort(), ANSWER_WITHIN_MS);
	try {
		const answer = await fetch(url, { signal: AbortSignal.any([stop, patience.signal]) });
		if (!answer.ok || !answer.body) throw new Error(`the download answered ${answer.status}`);
		const pieces: Uint8Array[] = [];
		for await (const piece of answer.body) {
			clearTimeout(timer);
			timer = setTimeout(() => patience.abort(), STALLED_AFTER_MS);
			pieces.push(piece);
		}
		return Buffer.concat(pieces);
	} catch (error) {
		if (patience.signal.aborted) throw new Error('the download stalled', { cause: error });
		if (error instanceof TypeError) throw new Error('the download could not be reached', { cause: error });
		throw error;
	} finally {
		clearTimeout(timer);
	}
}

async function build(folder: string, { cacheDir, say, signal }: Deps): Promise<string> {
	const go = await run('go', ['version']).catch(() => null);
	const [, major, minor] = /go(\d+)\.(\d+)/.exec(go?.stdout ?? '') ?? [];
	if (!major) throw new Error('Go is not installed');
	if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 26)) throw new Error('Go is older than 1.26');
	say(`building LiveKit ${LIVEKIT_VERSION} (about two minutes)`);
	// Go finds no place of its own where HOME is unset.
	const places = await run('go', ['env', 'GOCACHE', 'GOPATH']).catch(() => null);
	const hasPlaces = places?.stdout.trim().split('\n').filter(Boolean).length === 2 && !/^off$/m.test(places.stdout);
	const own = { GOCACHE: join(cacheDir, 'go', 'build'), GOPATH: join(cacheDir, 'go', 'path') };
	const env = { ...process.env, ...(hasPlaces ? {} : own), GOBIN: folder };
	const compiler = runGuarded('go', ['install', `${SOURCE}@v${LIVEKIT_VERSION}`], env);
	const stop = () => void compiler.end();
	signal.addEventListener('abort', stop, { once: true });
	const status = await compiler.ended;
	signal.removeEventListener('abort', stop);
	if (status !== 0) throw new Error(`Go could not build it: ${compiler.lastWords().split('\n').at(-1) ?? ''}`);
	const made = join(folder, 'server');
	await readFile(made, { flag: 'r' }).catch((error: unknown) => {
		throw new Error('Go built nothing', { cause: error });
	});
	return made;
}

async function versionOf(path: string): Promise<string | null> {
	const said = await run(path, ['--version'], { timeout: 10_000 }).catch(() => null);
	return /version (\S+)/.exec(said?.stdout ?? '')?.[1] ?? null;
}
