/**
 * `/livekit` on our own origin: signalling goes through us, so that a page needs one origin and one certificate. The token
 * travels in the query: no address is ever logged here, and our own cookie stays with us.
 */
import { ServerResponse, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy-3';
import type { Log } from '../../log.ts';
import type { MediaServer } from '../../ports/media-server.ts';

/** Passes requests and sockets under `/livekit` on; with LiveKit out of reach the answer is 503, and 502 when it breaks off. */
export function proxyMedia({ media, log }: Readonly<{ media: Pick<MediaServer, 'upstream'>; log: Log }>) {
	const proxy = httpProxy.createProxyServer({ xfwd: false, changeOrigin: true, connectTimeout: 5_000 });
	proxy.on('error', (error, _req, res) => {
		log.debug({ code: 'code' in error ? error.code : error.name }, 'LiveKit is out of reach');
		if (res instanceof ServerResponse) sayJson(res, 502);
		else if (res instanceof Socket) endUpgrade(res, 502);
	});
	// Either side may vanish; without a listener that would end the process.
	proxy.on('open', (socket) => socket.on('error', () => socket.destroy()));

	return {
		http(req: IncomingMessage, res: ServerResponse): void {
			const target = media.upstream;
			if (target === null) return sayJson(res, 503);
			strip(req);
			proxy.web(req, res, { target });
		},
		upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
			const target = media.upstream;
			if (target === null) return endUpgrade(socket, 503);
			strip(req);
			proxy.ws(req, socket as Socket, head, { target });
		}
	};
}

function strip(req: IncomingMessage): void {
	const rest = (req.url ?? '').replace(/^\/livekit/, '');
	req.url = rest.startsWith('/') ? rest : `/${rest}`;
	delete req.headers.cookie;
}

function sayJson(res: ServerResponse, status: 502 | 503): void {
	if (res.headersSent) return void res.destroy();
	res
		.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'retry-after': '5' })
		.end(JSON.stringify({ code: 'call.down', message: 'Calls are out of reach right now.' }));
}

function endUpgrade(socket: Duplex, status: 502 | 503): void {
	if (!socket.destroyed) socket.end(`HTTP/1.1 ${status} Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n`);
}
