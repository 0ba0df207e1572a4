/**
 * What the environment says, read once and checked: the only module of the server that knows variable names. A value that
 * makes no sense is a {@link ConfigError}, whose message is one sentence for the person who set it.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';

/** Must never occur in what the browser loads: the architecture test looks for it in the client build. */
export const SERVER_CANARY = 'nabij-server-only-canary';

/** Everything the environment says, read once. */
export type Config = Readonly<{
	root: string;
	version: string;
	host: string;
	port: number;
	/** Public origin behind a proxy, without a trailing slash; null: loopback names at `port`. */
	origin: string | null;
	share: boolean;
	dataDir: string;
	cacheDir: string;
	databaseUrl: string | null;
	redisUrl: string | null;
	/** Where blobs go instead of the data folder. */
	s3: S3Config | null;
	media: 'auto' | 'livekit' | 'off';
	livekit: Readonly<{ url: string; apiKey: string; apiSecret: string }> | null;
	mediaPorts: Readonly<{ http: number | null; udp: number | null; tcp: number | null }>;
	smtpUrl: string | null;
	mailFrom: string | null;
	signUp: 'open' | 'invited';
	trustProxy: number;
	logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
	/** SECRET_KEY, or null: made in dataDir at first start. */
	secretKey: string | null;
	metricsToken: string | null;
	bench: boolean;
}>;

export type S3Config = Readonly<{
	endpoint: string;
	region: string;
	bucket: string;
	accessKeyId: string;
	secretAccessKey: string;
}>;

/** The environment makes no sense. The message names the variable, never shows a secret, and is meant to be printed. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
	readonly canary = SERVER_CANARY;
}

/**
 * Reads and checks all variables. An empty variable counts as unset, since compose files and unit files cannot unset.
 * `share` is the flag `--share`: the own network may reach us.
 */
export function readConfig(
	env: Readonly<Record<string, string | undefined>>,
	{ root, share }: Readonly<{ root: string; share: boolean }>
): Config {
	const said = VARIABLES.safeParse(
		Object.fromEntries(Object.keys(VARIABLES.shape).map((name) => [name, env[name]?.trim() || undefined]))
	);
	if (!said.success) {
		const [issue] = said.error.issues;
		throw new ConfigError(`${issue?.path.join('.') ?? 'The environment'} ${issue?.message ?? 'makes no sense'}.`);
	}
	const its = said.data;
	const host = its.HOST ?? (share ? '0.0.0.0' : '127.0.0.1');
	if (!isLoopback(host) && !its.ORIGIN && !share) {
		throw new ConfigError(
			`HOST is ${host}, which other machines can reach, so ORIGIN must say under which address (such as ` +
				`https://nabij.example.org), or start with --share to open it to your own network.`
		);
	}
	if (its.REDIS_URL && !its.SECRET_KEY) {
		throw new ConfigError(
			'REDIS_URL is set, so several nodes share one installation: SECRET_KEY must be set too, to the same value on each.'
		);
	}
	const mediaPorts = { http: its.MEDIA_HTTP_PORT, udp: its.MEDIA_UDP_PORT, tcp: its.MEDIA_TCP_PORT };
	refuseSharedPort({ PORT: its.PORT, MEDIA_HTTP_PORT: mediaPorts.http, MEDIA_TCP_PORT: mediaPorts.tcp });
	const dataDir = resolve(root, its.DATA_DIR);
	const livekit = together(its, ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']);
	const s3 = together(its, ['S3_ENDPOINT', 'S3_REGION', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']);
	return {
		root,
		version: versionOf(root),
		host,
		port: its.PORT,
		origin: its.ORIGIN,
		share,
		dataDir,
		cacheDir: its.CACHE_DIR ? resolve(root, its.CACHE_DIR) : defaultCacheDir(env, dataDir),
		databaseUrl: its.DATABASE_URL,
		redisUrl: its.REDIS_URL,
		s3: s3 && {
			endpoint: s3.S3_ENDPOINT,
			region: s3.S3_REGION,
			bucket: s3.S3_BUCKET,
			accessKeyId: s3.S3_ACCESS_KEY_ID,
			secretAccessKey: s3.S3_SECRET_ACCESS_KEY
		},
		media: its.MEDIA,
		livekit: livekit && {
			url: livekit.LIVEKIT_URL,
			apiKey: livekit.LIVEKIT_API_KEY,
			apiSecret: livekit.LIVEKIT_API_SECRET
		},
		mediaPorts,
		smtpUrl: its.SMTP_URL,
		mailFrom: its.MAIL_FROM,
		signUp: its.SIGN_UP,
		trustProxy: its.TRUST_PROXY,
		logLevel: its.LOG_LEVEL,
		secretKey: its.SECRET_KEY,
		metricsToken: its.METRICS_TOKEN,
		bench: its.NABIJ_BENCH === '1'
	};
}

/** Whether only programs on this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

const text = z
	.string()
	.optional()
	.transform((value) => value ?? null);

function whole(from: number, to: number) {
	const says = (given: unknown) => `must be a whole number from ${from} to ${to}, not ${quoted(given)}`;
	return z
		.string()
		.regex(/^\d{1,9}$/, { error: ({ input }) => says(input) })
		.transform(Number)
		.refine((value) => value >= from && value <= to, { error: ({ input }) => says(input) });
}

function port() {
	return whole(1, 65_535)
		.optional()
		.transform((value) => value ?? null);
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T, otherwise: T[number]) {
	const words = `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
	return z.enum(values, { error: ({ input }) => `must be ${words}, not ${quoted(input)}` }).default(otherwise);
}

/** The value itself is never shown: such addresses carry passwords. */
function address(schemes: readonly string[]) {
	const forms = schemes.map((scheme) => `${scheme}://…`).join(' or ');
	return z
		.string()
		.refine((value) => schemes.includes(urlOf(value)?.protocol.slice(0, -1) ?? ''), {
			error: `must be an address of the form ${forms}`
		})
		.optional()
		.transform((value) => value ?? null);
}

function saysHowLong(databaseUrl: string | null): boolean {
	const seconds = databaseUrl === null ? null : new URL(databaseUrl).searchParams.get('connect_timeout');
	return seconds === null || (/^\d{1,3}$/.test(seconds) && Number(seconds) >= 1 && Number(seconds) <= 300);
}

const originForm = z
	.string()
	.refine((value) => isOrigin(urlOf(value)), {
		error: ({ input }) =>
			`must be the address that people open, such as https://nabij.example.org, without a path, not ${quoted(input)}`
	})
	.optional()
	.transform((value) => (value ? new URL(value).origin : null));

const hostForm = z
	.string()
	.transform((value) => value.replace(/^\[(.*)\]$/, '$1'))
	.refine((value) => isIP(value) > 0 || (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value) && !/^[\d.]+$/.test(value)), {
		error: ({ input }) => `must be an IP address or a host name, not ${quoted(input)}`
	})
	.optional();

const VARIABLES = z.object({
	HOST: hostForm,
	// 0 asks for any free port: how tests and several copies on one machine start.
	PORT: whole(0, 65_535).default(3000),
	ORIGIN: originForm,
	DATA_DIR: z.string().default('./data'),
	CACHE_DIR: text,
	DATABASE_URL: address(['postgres', 'postgresql']).refine(saysHowLong, {
		error: 'must have a connect_timeout of 1 to 300 whole seconds, or none'
	}),
	REDIS_URL: address(['redis', 'rediss']),
	S3_ENDPOINT: address(['http', 'https']),
	S3_REGION: text,
	S3_BUCKET: text,
	S3_ACCESS_KEY_ID: text,
	S3_SECRET_ACCESS_KEY: text,
	MEDIA: oneOf(['auto', 'livekit', 'off'], 'auto'),
	LIVEKIT_URL: address(['ws', 'wss', 'http', 'https']),
	LIVEKIT_API_KEY: text,
	LIVEKIT_API_SECRET: text,
	MEDIA_HTTP_PORT: port(),
	MEDIA_UDP_PORT: port(),
	MEDIA_TCP_PORT: port(),
	SMTP_URL: address(['smtp', 'smtps']),
	MAIL_FROM: z
		.string()
		.regex(/^[^<>\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/, {
			error: ({ input }) => `must be a mail address, such as Nabij <nabij@example.org>, not ${quoted(input)}`
		})
		.optional()
		.transform((value) => value ?? null),
	SIGN_UP: oneOf(['open', 'invited'], 'open'),
	TRUST_PROXY: whole(0, 32).default(0),
	LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
	SECRET_KEY: z
		.string()
		.min(16, { error: 'must be at least 16 characters long; make one with: openssl rand -hex 32' })
		.optional()
		.transform((value) => value ?? null),
	METRICS_TOKEN: text,
	NABIJ_BENCH: oneOf(['0', '1'], '0')
});

/** The names of all variables that are read. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(VARIABLES.shape);

/** All of them, none of them, or a sentence about those that lack. */
function together<Name extends string>(
	its: Readonly<Record<Name, string | null>>,
	names: readonly Name[]
): Record<Name, string> | null {
	const given = names.find((name) => its[name]);
	if (!given) return null;
	const missing = names.filter((name) => !its[name]);
	if (missing.length > 0) {
		throw new ConfigError(`${missing.join(' and ')} must be set too, since ${given} is: they go together.`);
	}
	return its as Record<Name, string>;
}

function refuseSharedPort(ports: Readonly<Record<string, number | null>>): void {
	const taken = new Map<number, string>();
	for (const [name, value] of Object.entries(ports)) {
		if (!value) continue;
		const other = taken.get(value);
		if (other) throw new ConfigError(`${name} and ${other} are both ${value}: they need a port each.`);
		taken.set(value, name);
	}
}

/** A home folder can be missing (system accounts); what can be fetched again then lies with what is kept. */
function defaultCacheDir(env: Readonly<Record<string, string | undefined>>, dataDir: string): string {
	const xdg = env['XDG_CACHE_HOME'];
	if (xdg && isAbsolute(xdg)) return join(xdg, 'nabij');
	const home = env['HOME'] || homeOfAccount();
	return home ? join(home, '.cache', 'nabij') : join(dataDir, 'cache');
}

function homeOfAccount(): string | null {
	try {
		return homedir();
	} catch {
		// An account without an entry in the password file, as in containers with a random user id.
		return null;
	}
}

function versionOf(root: string): string {
	return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).version;
}

function urlOf(value: string): URL | null {
	return URL.canParse(value) ? new URL(value) : null;
}

function isOrigin(url: URL | null): boolean {
	if (!url || !['http:', 'https:'].includes(url.protocol)) return false;
	return url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
}

function quoted(value: unknown): string {
	return `"${String(value).slice(0, 100)}"`;
}
