// @y/websocket-server as its own src/server.js wires it; PERSIST=1 adds y-leveldb through setPersistence
// (0.1.5 no longer reads YPERSISTENCE itself).
import http from 'node:http';
import { createRequire } from 'node:module';
import * as Y from 'yjs';
import { setupWSConnection, setPersistence } from '@y/websocket-server/utils';

const require = createRequire(import.meta.url);
const WebSocket = require('ws');

if (process.env.PERSIST === '1') {
	const { LeveldbPersistence } = await import('y-leveldb');
	const ldb = new LeveldbPersistence(process.env.DATA_DIR);
	setPersistence({
		provider: ldb,
		bindState: async (name, doc) => {
			const stored = await ldb.getYDoc(name);
			ldb.storeUpdate(name, Y.encodeStateAsUpdate(doc));
			Y.applyUpdate(doc, Y.encodeStateAsUpdate(stored));
			doc.on('update', (u) => {
				ldb.storeUpdate(name, u);
			});
		},
		writeState: async () => {}
	});
}
const server = http.createServer((_q, r) => r.end('ok'));
const wss = new WebSocket.Server({ noServer: true });
wss.on('connection', setupWSConnection);
server.on('upgrade', (req, socket, head) =>
	wss.handleUpgrade(req, socket, head, (ws) => wss.emit('connection', ws, req))
);
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
