/**
 * `/livekit` on our own origin: signalling goes through us, so that a page needs one origin and one certificate, and so
 * that a token opens nothing once its bearer may not be there any more (docs/decisions). A token may travel in the query:
 * no address is ever logged here, and our own cookie stays with us.
 */
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy-3';
import { WebSocketServer } from 'ws';
import type { Log } from '../../log.ts';
import type { MediaServer } from '../../ports/media-server.ts';

type Deps = Readonly<{
	media: Pick<MediaServer, 'upstream'>;
	/** Whether this token may open its room now. Rejects when that cannot be told. */
	admits: (token: string) => Promise<boolean>;
	log: Log;
}>;

type Passage = Readonly<{ is: 'open'; target: string }> | Readonly<{ is: 'closed'; status: 401 | 503 }>;

/**
 * Passes requests and sockets under `/livekit` on when their token is admitted, and answers 401 when it is not. While
 * LiveKit or the records are out of reach a request gets 503 (502 when it breaks off), and a socket is opened and closed
 * with 1013: a browser writes the address of a socket that did not open to its console, token and all.
 */
export function proxyMedia({ media, admits, log }: Deps) {
	const proxy = httpProxy.createProxyServer({ xfwd: false, changeOrigin: true, connectTimeout: 5_000 });
	proxy.on('error', (error, req, res) => {
		log.debug({ code: 'code' in error ? error.code : error.name }, 'LiveKit is out of reach');
		if (res instanceof ServerResponse) sayJson(res, 502);
		// One that was upgraded already only ends.
		else if (res.bytesWritten === 0) sayLater(req, res);
	});
	// Either side may vanish; without a listener that would end the process.
	proxy.on('open', (socket) => socket.on('error', () => socket.destroy()));

	/** Prepares the request for LiveKit, or answers what it gets instead. */
	async function passage(req: IncomingMessage): Promise<Passage> {
		if (media.upstream === null) return { is: 'closed', status: 503 };
		const token = takeToken(req);
		try {
			if (token === null || !(await admits(token))) return { is: 'closed', status: 401 };
		} catch (error) {
			log.warn({ err: error }, 'who may enter a call could not be asked');
			return { is: 'closed', status: 503 };
		}
		const target = media.upstream;
		if (target === null) return { is: 'closed', status: 503 };
		// LiveKit reads this one first: what was checked is what counts.
		req.headers.authorization = `Bearer ${token}`;
		return { is: 'open', target };
	}

	return {
		async http(req: IncomingMessage, res: ServerResponse): Promise<void> {
			const way = await passage(req);
			if (way.is === 'closed') sayJson(res, way.status);
			else proxy.web(req, res, { target: way.target });
		},
		async upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
			const way = await passage(req);
			if (socket.destroyed) return;
			if (way.is === 'open') proxy.ws(req, socket as Socket, head, { target: way.target });
			else if (way.status === 503) sayLater(req, socket);
			else socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
		}
	};
}

/** Takes our prefix, our cookie and the token out of the request. Two tokens are none: LiveKit might use the other. */
function takeToken(req: IncomingMessage): string | null {
	const [path = '', query = ''] = (req.url ?? '').replace(/^\/livekit\/?/, '/').split('?', 2);
	const asked = new URLSearchParams(query);
	const header = req.headers.authorization;
	const tokens = [...asked.getAll('access_token'), ...(header === undefined ? [] : [header.replace(/^Bearer /, '')])];
	asked.delete('access_token');
	req.url = asked.size > 0 ? `${path}?${asked}` : path;
	delete req.headers.cookie;
	delete req.headers.authorization;
	return tokens.length === 1 ? (tokens[0] ?? null) : null;
}

const ANSWERS = {
	401: { code: 'session.none', message: 'This token does not open the call any more.' },
	502: { code: 'call.down', message: 'Calls are out of reach right now.' },
	503: { code: 'call.down', message: 'Calls are out of reach right now.' }
} as const;
type Status = keyof typeof ANSWERS;

function sayJson(res: ServerResponse, status: Status): void {
	if (res.headersSent) return void res.destroy();
	const later = status === 401 ? {} : { 'retry-after': '5' };
	res
		.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...later })
		.end(JSON.stringify(ANSWERS[status]));
}

const TRY_AGAIN_LATER = 1013;
/** The greeted are strangers: a message longer than a goodbye is not taken in, and none is waited for long. */
const greeter = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: 1_024 });
const GOODBYE_MS = 2_000;

function sayLater(req: IncomingMessage, socket: Duplex): void {
	// Errors of a socket that we end have nobody to be told to.
	greeter.handleUpgrade(req, socket, Buffer.alloc(0), (ws) => {
		ws.on('error', () => ws.terminate());
		ws.close(TRY_AGAIN_LATER, 'call.down');
		const terminate = setTimeout(() => ws.terminate(), GOODBYE_MS);
		ws.once('close', () => clearTimeout(terminate));
	});
}
