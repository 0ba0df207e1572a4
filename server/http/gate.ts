import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refused, type RefusalCode } from '#domain/refusal';
import type { Config } from '../config.ts';
import { upgradeRefusal, writeRefused, writeUnexpected } from './answers.ts';
import { BODY_MAX_BYTES } from './body.ts';
import { readSessionCookie } from './cookies.ts';
import { languageFor } from './language.ts';
import { refuseHost, refuseOrigin } from './origin.ts';

type Deps = Readonly<{
	config: Pick<Config, 'origin' | 'share' | 'host'>;
	sync: Readonly<{ upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, doc: string): void }>;
	proxy: Readonly<{
		http(req: IncomingMessage, res: ServerResponse): Promise<void>;
		upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
	}>;
	/** Logs a bug and answers its id. */
	report: (error: unknown, facts: Readonly<Record<string, unknown>>) => string;
}>;

/** What stands before Kit: refuses what must not reach it, and takes sockets to where they belong. */
export function createGate({ config, sync, proxy, report }: Deps) {
	function refusedBefore(req: IncomingMessage): RefusalCode | null {
		const port = req.socket.localPort ?? 0;
		const asked = { method: req.method, headers: req.headers, config, port };
		return refuseOrigin(asked) ?? refuseHost(asked) ?? (isReadable(pathOf(req)) ? null : 'input.malformed');
	}

	return {
		handleRequest(req: IncomingMessage, res: ServerResponse): boolean {
			const no = refusedBefore(req) ?? (isTooLarge(req) ? 'input.too-large' : null);
			if (no) {
				writeRefused(res, new Refused(no), languageOfRequest(req));
				return true;
			}
			const path = pathOf(req);
			if (!isMedia(path)) return false;
			proxy.http(req, res).catch((error: unknown) => {
				writeUnexpected(res, report(error, { method: req.method, path }), languageOfRequest(req));
			});
			return true;
		},
		handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
			// Without a listener a reset by a proxy in front would end the process.
			socket.on('error', () => socket.destroy());
			const path = pathOf(req);
			const doc = /^\/sync\/([^/]+)$/.exec(path)?.[1];
			const no =
				refusedBefore(req) ??
				(doc !== undefined ? refusedCookie(req, config) : isMedia(path) ? null : 'input.no-such-call');
			if (no) socket.end(upgradeRefusal(new Refused(no), languageOfRequest(req)));
			else if (doc !== undefined) sync.upgrade(req, socket, head, doc);
			else {
				proxy.upgrade(req, socket, head).catch((error: unknown) => {
					report(error, { path });
					// It may speak WebSocket already: there is nothing to say that it would surely understand.
					socket.destroy();
				});
			}
		}
	};
}

function refusedCookie(req: IncomingMessage, config: Pick<Config, 'origin' | 'share'>): RefusalCode | null {
	try {
		readSessionCookie(req.headers.cookie, config);
		return null;
	} catch (error) {
		if (error instanceof Refused) return error.code;
		throw error;
	}
}

function pathOf(req: IncomingMessage): string {
	return (req.url ?? '/').split('?', 1)[0] ?? '/';
}

/** Kit answers a path that cannot be decoded with a page, also to programs. */
function isReadable(path: string): boolean {
	try {
		// The result is used because the bundler takes a mere call for one without effect, and leaves it out.
		return decodeURIComponent(path).startsWith('/');
	} catch {
		return false;
	}
}

function isMedia(path: string): boolean {
	return path === '/livekit' || path.startsWith('/livekit/');
}

/** Whether the body says that it is over its bound. One that does not say is counted where it is read: JSON by calls, forms by Kit. */
function isTooLarge({ headers }: IncomingMessage): boolean {
	return Number(headers['content-length'] ?? 0) > BODY_MAX_BYTES;
}

function languageOfRequest({ headers }: IncomingMessage) {
	return languageFor(null, headers.cookie, headers['accept-language']);
}
