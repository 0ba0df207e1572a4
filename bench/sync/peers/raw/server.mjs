// No CRDT, no rooms logic beyond a Map: what Node can do at best.
//   MODE=ws    ws library, socket.send() per receiver (excludes the sender)
//   MODE=net   the frame is built once and the same buffer is written to every TCP socket
//   MODE=tick  like net, but a room's frames are collected for TICK_MS and written as one buffer (one syscall)
import http from 'node:http';
import { WebSocketServer } from 'ws';

const mode = process.env.MODE ?? 'ws';
const tickMs = Number(process.env.TICK_MS ?? 8);
const rooms = new Map(); // path -> { conns: Set<ws>, out: Buffer[], timer }
const server = http.createServer((_q, r) => r.end('ok'));
const wss = new WebSocketServer({ server, perMessageDeflate: false });

const frame = (payload) => {
	const n = payload.length;
	const head =
		n < 126
			? Buffer.from([0x82, n])
			: n < 65536
				? Buffer.from([0x82, 126, n >> 8, n & 255])
				: (() => {
						const b = Buffer.alloc(10);
						b[0] = 0x82;
						b[1] = 127;
						b.writeUIntBE(n, 4, 6);
						return b;
					})();
	return Buffer.concat([head, payload]);
};
const flush = (room) => {
	room.timer = null;
	const buf = Buffer.concat(room.out);
	room.out = [];
	for (const c of room.conns) c._socket.write(buf);
};

wss.on('connection', (ws, req) => {
	const path = req.url.split('?')[0];
	let room = rooms.get(path);
	if (!room) rooms.set(path, (room = { conns: new Set(), out: [], timer: null }));
	room.conns.add(ws);
	ws.on('message', (data) => {
		if (mode === 'ws') {
			for (const c of room.conns) if (c !== ws && c.readyState === 1) c.send(data);
		} else if (mode === 'net') {
			const f = frame(data);
			for (const c of room.conns) if (c !== ws) c._socket.write(f);
		} else {
			room.out.push(frame(data));
			room.timer ??= setTimeout(flush, tickMs, room);
		}
	});
	ws.on('close', () => {
		room.conns.delete(ws);
		if (room.conns.size === 0) rooms.delete(path);
	});
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
