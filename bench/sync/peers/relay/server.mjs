// What an end-to-end-encrypted whiteboard relay does: socket.io rooms, payload passed on untouched.
// 'update' goes through broadcast, 'cursor' through volatile.broadcast (may be dropped when a socket is not writable).
import http from 'node:http';
import { Server } from 'socket.io';

const server = http.createServer();
const io = new Server(server, { transports: ['websocket', 'polling'] });
io.on('connection', (socket) => {
	socket.on('join', async (room) => {
		await socket.join(room);
		socket.emit('joined');
	});
	socket.on('update', (room, data) => socket.broadcast.to(room).emit('u', data));
	socket.on('cursor', (room, data) => socket.volatile.broadcast.to(room).emit('u', data));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
