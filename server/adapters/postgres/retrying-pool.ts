import pg, { type PoolClient, type PoolConfig } from 'pg';

/** How long connecting is tried where nothing else is said. */
export const CONNECT_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What is worth trying again while connecting, when nothing has been asked yet. */
const PASSING = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'EPIPE',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'EAI_AGAIN',
	'57P01', // the server is shutting down
	'57P02', // it crashed
	'57P03', // it is starting up
	'53300' // all its connections are taken
]);

type Config = PoolConfig & Readonly<{ stream?: () => unknown; connectWithinMs?: number }>;

type ConnectCallback = (
	error: Error | undefined,
	client: PoolClient | undefined,
	done: (release?: Error | boolean) => void
) => void;

/**
 * The ordinary pool, which outlives a restart of its database: connecting is tried again for some seconds. Only
 * connecting is: a statement that may have run is never sent twice, its caller hears the error.
 */
export class RetryingPool extends pg.Pool {
	readonly #connectWithinMs: number;

	constructor({ connectWithinMs = CONNECT_WITHIN_MS, ...config }: Config) {
		super(config);
		this.#connectWithinMs = connectWithinMs;
		// Without listeners a connection that breaks ends the process: `pool` for idle ones, `client` for those in use,
		// whose user hears of it by the rejected query.
		this.on('error', ignore);
		this.on('connect', (client) => client.on('error', ignore));
	}

	// `pool.query` asks here with a callback, everyone else for a promise.
	override connect(): Promise<PoolClient>;
	override connect(callback: ConnectCallback): void;
	override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
		const connected = this.#connect();
		if (!callback) return connected;
		connected.then(
			(client) => callback(undefined, client, client.release),
			(error: Error) => callback(error, undefined, ignore)
		);
	}

	async #connect(): Promise<PoolClient> {
		const deadline = Date.now() + this.#connectWithinMs;
		for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
			try {
				return await super.connect();
			} catch (error) {
				if (!isPassing(error) || this.ending || Date.now() + pauseMs > deadline) throw error;
			}
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		}
	}
}

function isPassing(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	if (error.message === 'Connection terminated unexpectedly') return true;
	return 'code' in error && typeof error.code === 'string' && PASSING.has(error.code);
}

function ignore(): void {}
