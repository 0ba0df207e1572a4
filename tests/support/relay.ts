/** A way to a server over TCP that can be cut, and can fall silent without closing anything, as networks do. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type Relay = Readonly<{
	port: number;
	/** `open` passes everything on, `cut` closes at once, `silent` takes everything and passes nothing on. */
	be: (state: 'open' | 'cut' | 'silent') => void;
	close: () => Promise<void>;
}>;

/** Opens one to that host and port, at a free port of this machine. */
export async function openRelay(host: string, port: number): Promise<Relay> {
	let state: 'open' | 'cut' | 'silent' = 'open';
	const sockets = new Set<Socket>();
	const keep = (socket: Socket): Socket => {
		sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
		return socket;
	};
	const server = createServer((near) => {
		keep(near);
		if (state === 'cut') return void near.destroy();
		const far = keep(connect(port, host));
		for (const [one, other] of [
			[near, far],
			[far, near]
		] as const) {
			one.on('data', (bytes) => state === 'open' && other.write(bytes)).once('close', () => other.destroy());
		}
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		be(wanted) {
			state = wanted;
			if (wanted === 'cut') for (const socket of sockets) socket.destroy();
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((closed) => server.close(closed));
		}
	};
}
