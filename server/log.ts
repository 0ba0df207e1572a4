import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** What parts write to. Objects first, a sentence after: `log.warn({ board }, 'a room closed')`. */
export type Log = Logger;

/** Names under which a secret might be logged by mistake. */
const SECRETS = ['password', 'passwordHash', 'token', 'secret', 'cookie', 'authorization', 'apiSecret', 'set-cookie'];

/**
 * The log: to stdout only, readable on a terminal and JSON lines elsewhere. What is named like a secret is cut out, one
 * level down too, and addresses are written by {@link safeUrl}.
 */
export function createLog({ logLevel }: Pick<Config, 'logLevel'>, to?: DestinationStream): Log {
	const stream = to ?? (process.stdout.isTTY ? pretty({ ignore: 'pid,hostname', sync: true }) : pino.destination(1));
	return pino(
		{
			level: logLevel,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			redact: {
				paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
				censor: '[cut]'
			},
			serializers: {
				url: (url: unknown) => (typeof url === 'string' ? safeUrl(url) : url),
				path: (url: unknown) => (typeof url === 'string' ? safeUrl(url) : url),
				// An error of a database or of a mail server quotes what it was given: its parameters stay out.
				err: safeError
			}
		},
		stream
	);
}

/** An address without what opens something: the token of an invitation or a guest link, and every query. */
export function safeUrl(url: string): string {
	const path = url.split(/[?#]/, 1)[0] ?? '';
	return path.replace(/^(.*\/(?:join|g)\/)[^/]+/, '$1[cut]');
}

type SafeError = Readonly<{ type: string; message: string; stack?: string; code?: string; cause?: SafeError }>;

function safeError(error: unknown): SafeError | unknown {
	if (!(error instanceof Error)) return typeof error === 'object' ? '[not an error]' : error;
	const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
	const message = withoutParameters(error.message);
	// The stack repeats the message; only the frames below it are kept.
	const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
	return {
		type: error.name,
		message,
		stack: frames.join('\n'),
		...code,
		...(error.cause instanceof Error ? { cause: safeError(error.cause) as SafeError } : {})
	};
}

/** drizzle's errors carry the query's values after `params:`; a mail server's, whole addresses of ours. */
function withoutParameters(message: string): string {
	return message
		.replace(/\nparams:[\s\S]*$/, '\nparams: [cut]')
		.replaceAll(/(\/(?:join|g)\/)[\w-]+/g, '$1[cut]')
		.replaceAll(/([?&](?:access_token|token)=)[^&\s"']+/g, '$1[cut]');
}
