/**
 * The listening socket, open from the first moment: it answers 503 until the App is there and again once we end, and keeps
 * account of upgraded sockets, which Node's own close forgets.
 */
import { createServer as createHttp, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { isLoopback, type Config } from '../config.ts';
import type { App } from '../app.ts';
import { stateProtocol } from './kit.ts';
import { certificateFor, shareAddress } from './share.ts';
import { StartRefused } from './start-refused.ts';

/** Who answers once there is somebody. */
export type Tenant = Readonly<{ app: Pick<App, 'handleRequest' | 'handleUpgrade'>; kit: RequestListener }>;

export type Door = Readonly<{
	/** The configuration with what only listening could tell: the port. */
	config: Config;
	/** The address to open. */
	url: string;
	letIn(tenant: Tenant): void;
	/** No new connections; resolves when requests under way are answered. */
	close(): Promise<void>;
	/** Ends every connection that is left. */
	cutOff(): void;
}>;

/** Listens at HOST and PORT. Rejects with a sentence when that is not possible. */
export async function openDoor(asked: Config): Promise<Door> {
	const shared = asked.share && !asked.origin ? shareAddress(asked.host) : null;
	const server = shared ? createHttps(await certificateFor(shared, asked.dataDir)) : createHttp();
	let tenant: Tenant | null = null;
	const upgraded = new Set<Duplex>();
	const underWay = new Set<ServerResponse>();
	let allAnswered: (() => void) | null = null;

	server.on('request', (req: IncomingMessage, res: ServerResponse) => {
		if (!tenant) return sayNotNow(res);
		underWay.add(res);
		res.once('close', () => {
			underWay.delete(res);
			if (underWay.size === 0) allAnswered?.();
		});
		stateProtocol(req);
		if (!tenant.app.handleRequest(req, res)) tenant.kit(req, res);
	});
	server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
		// Without a listener, a proxy's reload (ECONNRESET) would end the process.
		socket.on('error', () => socket.destroy());
		upgraded.add(socket);
		socket.once('close', () => upgraded.delete(socket));
		if (tenant) tenant.app.handleUpgrade(req, socket, head);
		else socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\r\n');
	});

	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => reject(whyNot(error, asked)));
		server.listen({ host: asked.host, port: asked.port }, resolve);
	});
	const { port } = server.address() as AddressInfo;
	const own = shared ? `https://${shared}` : `http://${isLoopback(asked.host) ? bracketed(asked.host) : '127.0.0.1'}`;
	return {
		config: { ...asked, port },
		url: asked.origin ?? `${own}:${port}`,
		letIn(one) {
			tenant = one;
		},
		close() {
			tenant = null;
			// Not the server's own close: that waits for upgraded sockets too, which only the App can end well.
			server.close();
			server.closeIdleConnections();
			return new Promise<void>((resolve) => {
				if (underWay.size === 0) resolve();
				else allAnswered = resolve;
			});
		},
		cutOff() {
			for (const socket of upgraded) socket.destroy();
			server.closeAllConnections();
		}
	};
}

function sayNotNow(res: ServerResponse): void {
	res
		.writeHead(503, {
			'content-type': 'application/json; charset=utf-8',
			'cache-control': 'no-store',
			'retry-after': '1',
			connection: 'close'
		})
		.end(JSON.stringify({ code: 'part.down', message: 'Nabij is starting or stopping. Try again in a moment.' }));
}

function whyNot(error: NodeJS.ErrnoException, { host, port }: Config): Error {
	const where = `${bracketed(host)}:${port}`;
	switch (error.code) {
		case 'EADDRINUSE':
			return new StartRefused(`Something else already listens at ${where}. Stop it, or set PORT to another port.`);
		case 'EACCES':
			return new StartRefused(`This account may not listen at ${where}. Set PORT to a port of 1024 or above.`);
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return new StartRefused(`HOST is ${host}, which is no address of this machine.`);
		default:
			return new StartRefused(`Nabij cannot listen at ${where}: ${error.message}.`, { cause: error });
	}
}

function bracketed(host: string): string {
	return host.includes(':') ? `[${host}]` : host;
}
