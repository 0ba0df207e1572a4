/**
 * A sync server as a process: `node sync-server.ts <SyncServerOptions as JSON>`, with a channel to its parent. Everybody is
 * let in; the cookie `<role>:<name>` says who they are. Tells its port; answers `memory`; ends with its parent.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createMemoryBus } from '#server/adapters/memory/bus';
import { createStates } from '#server/adapters/threads/states';
import type { Access, Admission } from '#server/ports/access';
import { systemClock } from '#server/ports/clock';
import type { DocumentStore } from '#server/ports/document-store';
import { createSyncServer } from '#server/sync/server';
import { roleOfMember, type BoardRole } from '#domain/board/roles';
import { SCHEMA } from '#domain/wire/kinds';
import type { LogPlace, MemoryBytes, SyncServerOptions } from './sync-process.ts';

const { log: place, limits = {} } = JSON.parse(process.argv[2] ?? '{}') as SyncServerOptions;
// What the server calls an error is an error of the test: its parent reads stderr.
const log = pino({ level: 'error' }, pino.destination(2));
process.once('disconnect', () => process.exit());

async function openStore(at: LogPlace): Promise<DocumentStore> {
	// Started hundreds of times: only what is needed is loaded.
	if ('sqlite' in at) {
		const { openSqliteDocumentStore } = await import('#server/adapters/sqlite/document-store');
		return openSqliteDocumentStore({ file: at.sqlite, log });
	}
	const { createPostgresDocumentStore } = await import('#server/adapters/postgres/document-store');
	const { RetryingPool } = await import('#server/adapters/postgres/retrying-pool');
	const atLength = () => Promise.reject(new Error('nothing is made anew here'));
	return createPostgresDocumentStore(
		{ pool: new RetryingPool({ connectionString: at.postgres, max: 20 }), atLength },
		log
	);
}

const access: Access = {
	async admit(cookie = '', doc): Promise<Admission> {
		const [role = 'viewer', id = ''] = cookie.split(':') as [BoardRole?, string?];
		return {
			person: { id, name: id, colour: 1, guest: false, role },
			sessionKey: id,
			expiresAt: Number.MAX_SAFE_INTEGER,
			board: doc,
			team: 'team-1',
			linkId: null,
			document: { id: doc, kind: 'board', schema: SCHEMA },
			standing: { role: roleOfMember('member', role), team: 'member' }
		};
	},
	again: async (admission) => admission
};

const sync = await createSyncServer({
	store: await openStore(place),
	states: createStates({ log }),
	bus: createMemoryBus(),
	access,
	clock: systemClock,
	log,
	config: { bench: false },
	limits
});
const server = http.createServer();
server.on('upgrade', (req, socket, head) => {
	sync.upgrade(req, socket, head, /^\/sync\/([^/?]+)/.exec(req.url ?? '')?.[1] ?? '');
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => {
	globalThis.gc?.();
	const { heapUsed, external, rss } = process.memoryUsage();
	process.send?.({ heap: heapUsed + external, rss } satisfies MemoryBytes);
});
