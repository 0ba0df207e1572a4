/** Everything the environment says, read once. The launcher helper fills in `readConfig`. */
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
