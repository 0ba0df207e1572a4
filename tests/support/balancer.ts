/** What stands before several nodes: each connection goes to the next one that takes it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Opens one before these ports of this machine. */
export async function openBalancer(
	ports: readonly number[],
	port: number
): Promise<Readonly<{ close: () => Promise<void> }>> {
	const sockets = new Set<Socket>();
	let turn = 0;
	const keep = (socket: Socket): Socket => {
		sockets.add(socket);
		return socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
	};
	const reach = async (): Promise<Socket | null> => {
		for (let tried = 0; tried < ports.length; tried++) {
			const far = keep(connect({ port: ports[turn++ % ports.length] ?? 0, host: '127.0.0.1' }));
			const takes = await new Promise((answer) => {
				far.once('connect', () => answer(true)).once('close', () => answer(false));
			});
			if (takes) return far;
		}
		return null;
	};
	const server = createServer({ pauseOnConnect: true }, (near) => {
		keep(near);
		void reach().then((far) => {
			if (!far || near.destroyed) {
				near.destroy();
				far?.destroy();
				return;
			}
			near.pipe(far).pipe(near);
			near.once('close', () => far.destroy());
			far.once('close', () => near.destroy());
		});
	}).listen(port, '127.0.0.1');
	await once(server, 'listening');
	return {
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((closed) => server.close(closed));
		}
	};
}
