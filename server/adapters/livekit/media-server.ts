/**
 * The media server of the port, on LiveKit: our own supervised child, or an existing one. It answers at once and gets on in
 * the background, so that a board never waits for faces.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { Refused } from '#domain/refusal';
import type { Config } from '../../config.ts';
import type { Log } from '../../log.ts';
import type { MediaServer, MediaState } from '../../ports/media-server.ts';
import { obtainLiveKit, type Binary } from './binary.ts';
import { choosePorts, endOrphan, keepKeys, startOwn, type Keys, type MediaConfig } from './own-server.ts';
import { memberOf, readToken, sealToken } from './tokens.ts';

const BACKOFF_FROM_MS = 200;
const BACKOFF_TO_MS = 5_000;
const STABLE_AFTER_MS = 30_000;
const PROBE_EVERY_MS = 5_000;

type Deps = Readonly<{ config: MediaConfig & Pick<Config, 'media' | 'livekit'>; log: Log }>;
type Place = Readonly<{ upstream: string } & Keys>;

/** Resolves at once with MEDIA=auto; with MEDIA=livekit when calls are possible, and rejects when they are not. */
export async function openMedia({ config, log }: Deps): Promise<MediaServer> {
	const listeners = new Set<(state: MediaState) => void>();
	const stopping = new AbortController();
	const { signal } = stopping;
	let state: MediaState =
		config.media === 'off' ? { is: 'off', why: 'MEDIA is off' } : { is: 'starting', why: 'looking for LiveKit' };
	let place: Place | null = null;

	function become(next: MediaState): void {
		if (signal.aborted || JSON.stringify(next) === JSON.stringify(state)) return;
		state = next;
		for (const listener of listeners) listener(next);
	}

	async function runExternal(external: NonNullable<Config['livekit']>): Promise<void> {
		const upstream = external.url.replace(/^ws/, 'http').replace(/\/+$/, '');
		place = { upstream, apiKey: external.apiKey, apiSecret: external.apiSecret };
		let backoffMs = BACKOFF_FROM_MS;
		while (!signal.aborted) {
			const why = await probe(place);
			become(why === null ? { is: 'up', version: 'server', own: false } : { is: 'down', why });
			backoffMs = why === null ? BACKOFF_FROM_MS : Math.min(backoffMs * 2, BACKOFF_TO_MS);
			await pause(why === null ? PROBE_EVERY_MS : backoffMs);
		}
	}

	async function runOwn(): Promise<void> {
		await endOrphan(config.dataDir);
		const say = (doing: string) => become({ is: 'starting', why: doing });
		const binary = await obtainLiveKit({ cacheDir: config.cacheDir, log, say, signal });
		if ('why' in binary) return become({ is: 'off', why: binary.why });
		const keys = await keepKeys(config.dataDir);
		let ports = await choosePorts(config);
		let backoffMs = BACKOFF_FROM_MS;
		while (!signal.aborted) {
			const began = Date.now();
			try {
				await oneRun(binary, keys, ports);
			} catch (error) {
				log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'LiveKit did not start');
				// Someone else may have taken a port between our look and its start.
				ports = await choosePorts(config);
			}
			become({ is: 'down', why: 'LiveKit ended; it is started again' });
			backoffMs = Date.now() - began > STABLE_AFTER_MS ? BACKOFF_FROM_MS : Math.min(backoffMs * 2, BACKOFF_TO_MS);
			await pause(backoffMs);
		}
	}

	async function oneRun(binary: Binary, keys: Keys, ports: Awaited<ReturnType<typeof choosePorts>>): Promise<void> {
		const server = await startOwn(binary, config, keys, ports);
		const stop = () => void server.end();
		signal.addEventListener('abort', stop, { once: true });
		if (signal.aborted) stop();
		place = { upstream: `http://127.0.0.1:${ports.http}`, ...keys };
		log.debug({ ports }, 'LiveKit answers');
		become({ is: 'up', version: binary.version, own: true, udpPort: ports.udp });
		const status = await server.ended;
		signal.removeEventListener('abort', stop);
		if (signal.aborted) return;
		log.warn({ status }, 'LiveKit ended');
		// Kilobytes of stacks, where it crashed.
		log.debug({ lastWords: server.lastWords() }, 'the last that LiveKit wrote');
	}

	async function pause(ms: number): Promise<void> {
		await wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
	}

	function inReach(): Place {
		if (state.is === 'off') throw new Refused('call.off');
		if (state.is !== 'up' || !place) throw new Refused('call.down');
		return place;
	}

	const media: MediaServer = {
		get state() {
			return state;
		},
		get upstream() {
			return state.is === 'up' ? (place?.upstream ?? null) : null;
		},
		onChange(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async token(grant) {
			return sealToken(inReach(), grant);
		},
		async read(token) {
			return readToken(inReach(), token);
		},
		async removeParticipant(room, { identity, sid }) {
			const service = rooms(inReach());
			// It removes by identity alone, so whose that is now is asked right before.
			const there = await service.getParticipant(room, identity).catch(unlessUnknown);
			if (!there) return true;
			if (there.sid !== sid) return false;
			// LiveKit's cloud revokes by this; the server we start takes it and does nothing.
			const revokeTokenTs = BigInt(Math.floor(Date.now() / 1000));
			await service.removeParticipant(room, identity, { revokeTokenTs }).catch(unlessUnknown);
			return true;
		},
		async rooms() {
			// Those without anyone too: LiveKit counts heads a moment late.
			return (await rooms(inReach()).listRooms()).map((room) => room.name);
		},
		async participants(room) {
			const there = await rooms(inReach()).listParticipants(room).catch(unlessUnknown);
			return (there ?? []).map(memberOf);
		},
		async close() {
			stopping.abort();
			listeners.clear();
			await running;
		}
	};

	const running = (
		state.is === 'off' ? Promise.resolve() : config.livekit ? runExternal(config.livekit) : runOwn()
	).catch((error: unknown) => {
		// Outside of what each run expects: media is off then, and everything else works.
		log.error({ err: error }, 'the media server gave up');
		become({ is: 'off', why: 'it failed; the log says how' });
	});
	if (config.media === 'livekit') await untilUp(media);
	return media;
}

/** MEDIA=livekit: calls are wanted, so a start without them is refused. */
async function untilUp(media: MediaServer): Promise<void> {
	const settled = await new Promise<MediaState>((resolve) => {
		const look = (state: MediaState) => {
			if (state.is !== 'starting') resolve(state);
		};
		media.onChange(look);
		look(media.state);
	});
	if (settled.is === 'up') return;
	await media.close();
	throw new Error(`MEDIA is livekit, and calls are not possible: ${settled.why}.`);
}

/** Why an existing LiveKit cannot be used, or null. Asks something that needs the keys. */
async function probe(place: Place): Promise<string | null> {
	try {
		await rooms(place).listRooms(['nabij-probe']);
		return null;
	} catch (error) {
		const refused = error instanceof Error && 'status' in error && error.status === 401;
		return refused
			? 'LIVEKIT_API_KEY and LIVEKIT_API_SECRET are not those of LIVEKIT_URL'
			: 'LIVEKIT_URL does not answer';
	}
}

function rooms({ upstream, apiKey, apiSecret }: Place): RoomServiceClient {
	return new RoomServiceClient(upstream, apiKey, apiSecret, { requestTimeout: 3 });
}

function unlessUnknown(error: unknown): null {
	if (error instanceof Error && 'status' in error && error.status === 404) return null;
	throw error;
}
