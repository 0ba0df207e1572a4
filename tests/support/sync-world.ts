import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createMemoryBus } from '#server/adapters/memory/bus';
import type { Access, Admission } from '#server/ports/access';
import type { Bus } from '#server/ports/bus';
import { systemClock, type Clock } from '#server/ports/clock';
import type { DocumentStore } from '#server/ports/document-store';
import type { Limits } from '#server/sync/limits';
import { createSyncServer } from '#server/sync/server';
import { roleOfMember, type BoardRole } from '#domain/board/roles';
import { Refused } from '#domain/refusal';
import { ACCESS_TOPIC, encodeAnnouncement, type AccessChange } from '#domain/wire/announcement';
import { SCHEMA } from '#domain/wire/kinds';
import type * as Y from 'yjs';
import { MemoryDocumentStore } from './memory-document-store.ts';
import { statesHere } from './states.ts';
import { silent } from './records.ts';
import { RawClient, stockClient } from './sync-client.ts';

/** The one board that most tests are at. */
export const BOARD = 'board-0000001';

type Visitor = Readonly<{
	role?: BoardRole;
	guest?: boolean;
	/** Another person's id; by default everyone with a cookie is a person of their own. */
	person?: string;
	expiresAt?: number;
	schema?: number;
}>;

/** Who may be where, as a test says it: the `Cookie` header is a name, and the name is the person. */
export class SaidAccess implements Access {
	readonly #visitors = new Map<string, Admission | 'ended' | 'gone'>();
	/** Documents that exist. */
	readonly documents = new Set([BOARD]);

	/** Lets the holder of this cookie in, or says anew what they may. */
	let(cookie: string, { role = 'editor', guest = false, person = cookie, ...rest }: Visitor = {}): void {
		this.#visitors.set(cookie, {
			person: { id: person, name: person, colour: 3, guest, role },
			sessionKey: `session-of-${cookie}`,
			expiresAt: rest.expiresAt ?? Number.MAX_SAFE_INTEGER,
			board: BOARD,
			team: 'team-1',
			linkId: guest ? `link-of-${cookie}` : null,
			document: { id: BOARD, kind: 'board', schema: rest.schema ?? SCHEMA },
			standing: guest ? { role, team: null } : { role: roleOfMember('member', role), team: 'member' }
		});
	}

	/** Their session is over, or the document is not visible to them any more. */
	say(cookie: string, what: 'ended' | 'gone'): void {
		this.#visitors.set(cookie, what);
	}

	async admit(cookieHeader: string | undefined, doc: string): Promise<Admission> {
		const visitor = this.#visitors.get(cookieHeader ?? '');
		if (visitor === undefined || visitor === 'ended') throw new Refused('session.none');
		if (visitor === 'gone' || !this.documents.has(doc)) throw new Refused('board.unknown');
		return { ...visitor, board: doc, document: { ...visitor.document, id: doc } };
	}

	async again(admission: Admission): Promise<Admission | 'ended' | 'gone'> {
		const visitor = this.#visitors.get(admission.sessionKey.replace('session-of-', '')) ?? 'ended';
		if (typeof visitor === 'string') return visitor;
		const { schema } = visitor.document;
		return { ...visitor, board: admission.board, document: { ...admission.document, schema } };
	}
}

type WorldOptions = Readonly<{
	store?: DocumentStore;
	bus?: Bus;
	access?: SaidAccess;
	clock?: Clock;
	limits?: Partial<Limits>;
	bench?: boolean;
}>;

export type SyncWorld = Awaited<ReturnType<typeof startSync>>;

/**
 * A sync server behind a real port, closed when the running test ends. `ada` and `bo` are editors and `vic` is a viewer of
 * {@link BOARD}.
 */
export async function startSync(options: WorldOptions = {}) {
	const store = options.store ?? new MemoryDocumentStore();
	const bus = options.bus ?? createMemoryBus();
	const access = options.access ?? new SaidAccess();
	if (!options.access) {
		for (const name of ['ada', 'bo']) access.let(name);
		access.let('vic', { role: 'viewer' });
	}
	const sync = await createSyncServer({
		states: statesHere,
		store,
		bus,
		access,
		clock: options.clock ?? systemClock,
		log: silent,
		config: { bench: options.bench ?? false },
		limits: options.limits ?? {}
	});
	const server = http.createServer();
	server.on('upgrade', (req, socket, head) => {
		socket.on('error', () => socket.destroy());
		sync.upgrade(req, socket, head, /^\/sync\/([^/?]+)/.exec(req.url ?? '')?.[1] ?? '');
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/sync`;
	let ending: Promise<void> | null = null;
	/** Ends it as a shutdown does; the store stays. */
	const close = (): Promise<void> =>
		(ending ??= (async () => {
			await sync.close();
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		})());
	onTestFinished(close);

	type Joining = Readonly<{
		nabij?: boolean;
		schema?: number;
		epoch?: number;
		at?: string;
		doc?: Y.Doc;
		answers?: boolean;
	}>;
	/** A raw client on its way in. */
	const open = (cookie: string | null, { at = BOARD, ...rest }: Joining = {}): RawClient => {
		const client = new RawClient(`${base}/${at}`, { cookie, ...rest });
		onTestFinished(() => client.drop());
		return client;
	};
	return {
		access,
		base,
		bus,
		close,
		open,
		store,
		sync,
		/** A raw client that has the document. */
		join: (cookie: string, joining: Joining = {}): Promise<RawClient> => open(cookie, joining).join(),
		/** An unmodified y-websocket client. */
		stock: (cookie: string, doc?: Y.Doc) => stockClient(base, BOARD, cookie, doc),
		announce: (change: AccessChange): void => bus.publish(ACCESS_TOPIC, encodeAnnouncement(change))
	};
}

/** A world whose store can be held back and failed. */
export async function startSyncOnMemory(options: Omit<WorldOptions, 'store'> & { store?: MemoryDocumentStore } = {}) {
	const store = options.store ?? new MemoryDocumentStore();
	return { ...(await startSync({ ...options, store })), store };
}
