/** The servers that Nabij works with: a database, a bus between nodes, LiveKit. Each is asked, not only looked up. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { LIVEKIT_VERSION } from '../adapters/livekit/binary.ts';
import { openMedia } from '../adapters/livekit/media-server.ts';
import { connectWithin, openPostgresRecords } from '../adapters/postgres/records.ts';
import { openRedisBus } from '../adapters/redis/bus.ts';
import type { Config } from '../config.ts';
import type { MediaState } from '../ports/media-server.ts';
import { doesWithout, lacks, ok, type Finding } from './findings.ts';

const ANSWER_WITHIN_MS = 8_000;
// The pool tries for as long as the address says, and then says itself what was wrong.
const LONGER_THAN_CONNECTING_MS = 3_000;
const run = promisify(execFile);
// What goes wrong is told as a finding.
const log = pino({ level: 'silent' });

/** Whether DATABASE_URL answers and is PostgreSQL 15 or newer. */
export async function lookAtDatabase({ databaseUrl }: Config): Promise<readonly Finding[]> {
	if (databaseUrl === null) return [ok('database', 'embedded, in DATA_DIR')];
	try {
		const withinMs = connectWithin(databaseUrl) + LONGER_THAN_CONNECTING_MS;
		const records = await inTime(openPostgresRecords({ databaseUrl, log }), withinMs);
		const asked = `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`;
		const { rows } = await records.pool.query<{ version: string; fsync: string }>(asked);
		await records.close();
		const found = ok('database', `PostgreSQL ${rows[0]?.version ?? ''} at DATABASE_URL`);
		if (rows[0]?.fsync !== 'off') return [found];
		const says = 'its fsync is off, and a power cut can take what was said to be saved';
		return [found, doesWithout('database', says, 'set fsync = on in postgresql.conf')];
	} catch (error) {
		return [lacks('database', messageOf(error), 'start it, or correct DATABASE_URL')];
	}
}

/** Whether REDIS_URL answers. SECRET_KEY comes with it: a configuration without is refused before anything is looked at. */
export async function lookAtRedis({ redisUrl }: Config): Promise<readonly Finding[]> {
	if (redisUrl === null) return [ok('bus', 'in memory, for one node')];
	try {
		const bus = await inTime(openRedisBus({ url: redisUrl, log }));
		await bus.close();
		return [ok('bus', 'Redis answers at REDIS_URL'), ok('SECRET_KEY', 'it is set, as nodes that share a Redis need')];
	} catch (error) {
		const todo = 'start it, or correct REDIS_URL';
		return [lacks('bus', `the Redis at REDIS_URL does not answer (${messageOf(error)})`, todo)];
	}
}

/** Whether calls will work, and with which LiveKit. Only MEDIA=livekit makes the start need it. */
export async function lookAtLiveKit(config: Config): Promise<readonly Finding[]> {
	if (config.media === 'off') return [ok('calls', 'MEDIA is off, so there are none')];
	const missing = config.media === 'livekit' ? lacks : doesWithout;
	if (config.livekit) {
		const state = await askLiveKit(config);
		if (state.is === 'up') return [ok('calls', 'LiveKit answers at LIVEKIT_URL')];
		return [missing('calls', state.why, 'start it, or correct LIVEKIT_URL and its key and secret')];
	}
	const kept = join(config.cacheDir, 'livekit', LIVEKIT_VERSION, 'livekit-server');
	for (const path of ['livekit-server', kept]) {
		const version = await said(path, ['--version'], /version (\S+)/);
		if (version) return [ok('calls', `LiveKit ${version} (${path === kept ? path : 'on PATH'})`)];
	}
	const go = await said('go', ['version'], /go(\d+\.\d+)/);
	const [major = 0, minor = 0] = (go ?? '').split('.').map(Number);
	if (major > 1 || (major === 1 && minor >= 26)) {
		return [ok('calls', `no LiveKit yet; the start fetches ${LIVEKIT_VERSION} or builds it with Go ${go}`)];
	}
	const says = `no LiveKit on PATH or in ${config.cacheDir}, and ${go ? `Go ${go} is too old` : 'no Go'} to build it`;
	const todo =
		'the start tries to download it; without a network put livekit-server on PATH, install Go 1.26, or set LIVEKIT_URL';
	return [missing('calls', says, todo)];
}

/** What LIVEKIT_URL answers to something that needs the key and the secret. */
async function askLiveKit(
	config: Config
): Promise<Extract<MediaState, { is: 'up' }> | Readonly<{ is: 'down'; why: string }>> {
	const media = await openMedia({ config: { ...config, media: 'auto' }, log });
	try {
		return await inTime(
			new Promise((resolve) => {
				const look = (state: MediaState) => {
					if (state.is === 'up') resolve(state);
					else if (state.is !== 'starting') resolve({ is: 'down', why: state.why });
				};
				media.onChange(look);
				look(media.state);
			})
		);
	} catch {
		return { is: 'down', why: 'LIVEKIT_URL does not answer' };
	} finally {
		await media.close();
	}
}

/** What the pattern finds in what a program says of itself, or null where it is not there or does not run. */
async function said(program: string, args: readonly string[], pattern: RegExp): Promise<string | null> {
	const answer = await run(program, args, { timeout: ANSWER_WITHIN_MS }).catch(() => null);
	return pattern.exec(answer?.stdout ?? '')?.[1] ?? null;
}

/** A server behind a firewall may never answer: then it does not. */
function inTime<T>(answer: Promise<T>, ms = ANSWER_WITHIN_MS): Promise<T> {
	const { promise, resolve, reject } = Promise.withResolvers<T>();
	const late = setTimeout(() => reject(new Error('no answer in time')), ms);
	answer.then(resolve, reject);
	return promise.finally(() => clearTimeout(late));
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
