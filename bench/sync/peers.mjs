// What the harness starts. A peer: { name, protocol, persist, argv | cmd | url+pid | module, env, cwd, headers, query, opt: {scenario: options} }.
import { fileURLToPath } from 'node:url';

const dir = (p) => fileURLToPath(new URL('peers/' + p, import.meta.url));
const node = (name, folder, protocol, env = {}, extra = {}) => ({
	name,
	protocol,
	argv: ['node', 'server.mjs'],
	cwd: dir(folder),
	env,
	persist: env.PERSIST === '1',
	...extra
});

export const peers = [
	node('raw-ws', 'raw', 'raw', { MODE: 'ws' }, { bound: true }),
	node('raw-net', 'raw', 'raw', { MODE: 'net' }, { bound: true }),
	node('raw-net-tick8', 'raw', 'raw', { MODE: 'tick', TICK_MS: '8' }, { bound: true }),
	node('socketio-relay', 'relay', 'socket.io', {}, { bound: true }),
	node('y-websocket', 'y-websocket', 'y-websocket'),
	node('y-websocket+leveldb', 'y-websocket', 'y-websocket', { PERSIST: '1' }),
	node('hocuspocus', 'hocuspocus', 'hocuspocus'),
	node('hocuspocus+sqlite', 'hocuspocus', 'hocuspocus', { PERSIST: '1' }),
	node('tldraw', 'tldraw', 'tldraw'),
	node('tldraw+sqlite', 'tldraw', 'tldraw', { PERSIST: '1' }, { opt: { rooms: { rooms: 50 } } }) // a SQLite file a room: 500 took minutes to open here
];
