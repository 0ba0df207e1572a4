import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ACCESS_TOPIC, accessChangeSchema, readAnnouncement } from '#domain/wire/announcement';
import { fillWelcome } from '#domain/board/welcome';
import type { Records } from '#schema/records';
import { openMedia } from './adapters/livekit/media-server.ts';
import { proxyMedia } from './adapters/livekit/proxy.ts';
import { createFileMailer } from './adapters/mail/file.ts';
import { openSmtpMailer } from './adapters/mail/smtp.ts';
import { createMemoryBus } from './adapters/memory/bus.ts';
import { openEmbeddedRecords } from './adapters/pglite/records.ts';
import { observeStore } from './adapters/observed/document-store.ts';
import { createPostgresDocumentStore } from './adapters/postgres/document-store.ts';
import { migrate } from './adapters/postgres/migrate.ts';
import { openPostgresRecords } from './adapters/postgres/records.ts';
import { openRedisBus } from './adapters/redis/bus.ts';
import { openSqliteDocumentStore } from './adapters/sqlite/document-store.ts';
import { openControlSocket } from './adapters/system/control-socket.ts';
import { createSealer, openSecret } from './adapters/system/secrets.ts';
import { createStates } from './adapters/threads/states.ts';
import { readConfig, type Config } from './config.ts';
import { createGate } from './http/gate.ts';
import { createHttp, type Http } from './http/api.ts';
import { readSessionCookie } from './http/cookies.ts';
import { createLog, type Log } from './log.ts';
import type { Bus } from './ports/bus.ts';
import { systemClock, type Clock } from './ports/clock.ts';
import type { DocumentStore } from './ports/document-store.ts';
import type { Mailer } from './ports/mailer.ts';
import type { MediaServer } from './ports/media-server.ts';
import type { Attempts } from './services/attempts.ts';
import { createBackups, type Backups } from './services/backups.ts';
import { createBoardChanges } from './services/board-changes.ts';
import { createServices, type Services } from './services/compose.ts';
import { healthOf, type Health } from './services/health.ts';
import { createHistory, type History } from './services/history.ts';
import { createMetrics, type Metrics } from './services/metrics.ts';
import type { Passwords } from './services/passwords.ts';
import { createRenewals } from './services/renewals.ts';
import { createSyncServer, type SyncServer } from './sync/server.ts';

export type { Viewer } from './services/sessions.ts';

/** Parts that take the place of those the config asks for: for tests, and for programs that have them already. */
export type Parts = Readonly<
	Partial<{
		log: Log;
		clock: Clock;
		/** Already migrated. */
		records: Records;
		store: DocumentStore;
		bus: Bus;
		media: MediaServer;
		mailer: Mailer;
		passwords: Passwords;
		attempts: Attempts;
	}>
>;

/** The running product: what routes, sockets and commands call. */
export type App = Services &
	Readonly<{
		config: Config;
		log: Log;
		clock: Clock;
		http: Http;
		metrics: Metrics;
		sync: SyncServer;
		history: History;
		backups: Backups;
		media: MediaServer;
		/** Which parts it runs on, and whether they answer. */
		health(): Promise<Health>;
		/** False while draining. */
		ready(): boolean;
		/** Answers what is not for Kit: foreign origins, bodies over their bound, `/livekit`. True when it has answered. */
		handleRequest(req: IncomingMessage, res: ServerResponse): boolean;
		/** Takes an upgraded socket to where it belongs, or ends it. */
		handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
		/** Says at `/readyz` that no new requests should come. */
		drain(): void;
		/** Ends every socket, writes what is under way, and closes all parts. Safe to call twice. */
		close(): Promise<void>;
	}>;

const SWEEP_FIRST_MS = 60_000;
const SWEEP_EVERY_MS = 60 * 60 * 1000;
/** How often documents that rest are looked for. */
const TIDY_EVERY_MS = 5 * 60 * 1000;
const WATCH_CALLS_EVERY_MS = 2_000;

/** Opens every part that the config asks for, migrates, and composes the product. On failure, what was opened is closed. */
export async function createApp(config: Config, parts: Parts = {}): Promise<App> {
	const closers: (() => Promise<unknown>)[] = [];
	/** Parts close in the order opposite to their opening; those that were handed in belong to who handed them in. */
	async function opened<T extends { close(): Promise<unknown> }>(given: T | undefined, open: () => Promise<T> | T) {
		if (given) return given;
		const part = await open();
		closers.push(() => part.close());
		return part;
	}
	async function closeAll(): Promise<void> {
		const failures: unknown[] = [];
		for (const close of closers.splice(0).reverse()) await close().catch((error: unknown) => failures.push(error));
		if (failures.length > 0) throw new AggregateError(failures, 'some parts did not close');
	}

	try {
		return await compose();
	} catch (error) {
		await closeAll().catch(() => undefined);
		throw error;
	}

	async function compose(): Promise<App> {
		const log = parts.log ?? createLog(config);
		const clock = parts.clock ?? systemClock;
		await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
		const { databaseUrl, redisUrl } = config;
		const records = await opened(parts.records, () =>
			databaseUrl === null
				? openEmbeddedRecords({ dir: join(config.dataDir, 'records'), log })
				: openPostgresRecords({ databaseUrl, log })
		);
		if (!parts.records) await migrate(records);
		const secret = await openSecret(config);
		const sealer = createSealer(secret);
		const store = await opened(parts.store, () =>
			databaseUrl === null
				? openSqliteDocumentStore({ file: join(config.dataDir, 'documents', 'log.sqlite'), log })
				: createPostgresDocumentStore(records, log)
		);
		const bus = await opened(parts.bus, () =>
			redisUrl === null ? createMemoryBus() : openRedisBus({ url: redisUrl, log })
		);
		const media = await opened(parts.media, () => openMedia({ config, log }));
		const mailer =
			parts.mailer ??
			(config.smtpUrl === null
				? createFileMailer({ folder: join(config.dataDir, 'mail'), clock })
				: openSmtpMailer({ url: config.smtpUrl, from: config.mailFrom }));
		const services = createServices({
			...parts,
			config,
			db: records.db,
			clock,
			log,
			bus,
			store,
			media,
			mailer,
			sealer,
			welcomeBoard: (doc, language) => fillWelcome(doc, language, clock.now()),
			readCookie: (cookieHeader) => readSessionCookie(cookieHeader, config)
		});
		const http = createHttp({ config, log, readSession: services.sessions.read });
		const changes = await opened(undefined, () =>
			createBoardChanges({ db: records.db, clock, report: (error) => http.report(error) })
		);
		const states = await opened(undefined, () => createStates({ log }));
		const documents = observeStore(store, (written) => {
			changes.changed(written.keys());
			for (const [doc, { before, seq }] of written) void renewals.grown(doc, before, seq);
		});
		const metrics = createMetrics({
			token: config.metricsToken,
			openOnLoopback: config.bench,
			syncStats: () => sync.stats()
		});
		const sync = await opened(undefined, () =>
			createSyncServer({
				onCommit: metrics.committed,
				store: documents,
				states,
				bus,
				access: services.access,
				clock,
				log,
				config
			})
		);
		const kept = config.secretKey === null ? secret : null;
		const backups = createBackups({ db: records.db, store, clock, version: config.version, secret: kept });
		// With a database of its own a command needs nobody's help.
		if (databaseUrl === null) {
			const answers = { backup: backups.write };
			await opened(undefined, () => openControlSocket({ dataDir: config.dataDir, answers, log }));
		}
		const past = { clock, log, store: documents, states, living: sync };
		const renewals = createRenewals(past);
		const { standings } = services;
		const history = createHistory({ ...past, db: records.db, standings, boards: services.boards, renewals });

		closers.push(
			asCloser(
				await bus.subscribe(ACCESS_TOPIC, (bytes) => {
					const change = readAnnouncement(accessChangeSchema, bytes);
					if (change) void services.calls.recheck(change);
				})
			)
		);
		closers.push(asCloser(bus.onGap(() => void services.calls.watch())));
		const { sessions, boards, leftovers } = services;
		// Each for itself: one that fails holds up no other, and the next time tries it again.
		const sweep = () => {
			for (const its of [sessions.sweep, boards.emptyBin, leftovers.sweep]) {
				its().catch((error: unknown) => http.report(error));
			}
		};
		// Soon as well: on a laptop the product may never run for an hour.
		const sweeping = [setTimeout(sweep, SWEEP_FIRST_MS).unref(), setInterval(sweep, SWEEP_EVERY_MS).unref()];
		closers.push(asCloser(() => sweeping.forEach(clearTimeout)));
		const tidying = setInterval(() => {
			renewals.sweep().catch((error: unknown) => http.report(error));
		}, TIDY_EVERY_MS);
		tidying.unref();
		closers.push(asCloser(() => clearInterval(tidying)));
		const watching = setInterval(() => void services.calls.watch(), WATCH_CALLS_EVERY_MS);
		watching.unref();
		closers.push(asCloser(() => clearInterval(watching)));

		let draining = false;
		let closing: Promise<void> | undefined;
		const proxy = proxyMedia({ media, admits: services.calls.admits, log });
		return {
			...services,
			history,
			backups,
			...createGate({ config, sync, proxy, report: http.report }),
			config,
			log,
			clock,
			http,
			metrics,
			sync,
			media,
			health: () => healthOf({ config, records, store: documents, bus, media }),
			ready: () => !draining,
			drain() {
				draining = true;
			},
			close() {
				draining = true;
				return (closing ??= closeAll());
			}
		};
	}
}

const APP = Symbol.for('nabij.app');
const LAUNCH = Symbol.for('nabij.launch');
type Place = { [APP]?: Promise<App>; [LAUNCH]?: Readonly<{ config: Config }> };

/**
 * The one App of this process: started by whoever asks first, with the config the launcher read. It lives on globalThis,
 * because the built pages and the launcher load this module separately.
 */
export function startApp(): Promise<App> {
	const place = globalThis as Place;
	place[APP] ??= serving(place[LAUNCH]?.config ?? readConfig(process.env, { root: process.cwd(), share: false }));
	return place[APP];
}

async function serving(config: Config): Promise<App> {
	const app = await createApp(config);
	// Beside the start, which need not wait for it; whoever comes first tries again what failed.
	app.accounts.prepare().catch((error: unknown) => app.http.report(error));
	return app;
}

function asCloser(close: () => void): () => Promise<void> {
	return async () => close();
}
