// As tldraw's simple-server-example does it: one TLSocketRoom per room, SQLite file per room.
import http from 'node:http';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { InMemorySyncStorage, NodeSqliteWrapper, SQLiteSyncStorage, TLSocketRoom } from '@tldraw/sync-core';

const persist = process.env.PERSIST === '1';
const Database = persist ? (await import('better-sqlite3')).default : null;
const rooms = new Map();
const room = (id) => {
	if (rooms.has(id)) return rooms.get(id);
	const db = persist && new Database(join(process.env.DATA_DIR, id + '.db'));
	const r = new TLSocketRoom({
		storage: persist ? new SQLiteSyncStorage({ sql: new NodeSqliteWrapper(db) }) : new InMemorySyncStorage(),
		log: { error: console.error },
		onSessionRemoved(r, { numSessionsRemaining }) {
			if (persist && numSessionsRemaining === 0) {
				r.close();
				db.close();
				rooms.delete(id);
			}
		}
	});
	rooms.set(id, r);
	return r;
};
const server = http.createServer((_q, r) => r.end('ok'));
const wss = new WebSocketServer({ server });
wss.on('connection', (ws, req) => {
	const url = new URL(req.url, 'http://x');
	room(url.pathname.slice(1)).handleSocketConnect({ sessionId: url.searchParams.get('sessionId'), socket: ws });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
