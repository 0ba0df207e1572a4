/** All services over real records, with a bus that can be listened to and a call server that only gives tickets. */
import { sql } from 'drizzle-orm';
import { afterAll } from 'vitest';
import { createSealer } from '#server/adapters/system/secrets';
import { readSessionCookie } from '#server/http/cookies';
import type { Bus } from '#server/ports/bus';
import type { DocumentStore } from '#server/ports/document-store';
import type { Mail } from '#server/ports/mailer';
import type { CallGrant, MediaServer } from '#server/ports/media-server';
import { createAttempts, type AttemptKind, type AttemptLimit } from '#server/services/attempts';
import { createServices } from '#server/services/compose';
import { newId } from '#server/services/ids';
import { createPasswords, type Passwords } from '#server/services/passwords';
import type { Viewer } from '#server/services/sessions';
import type { Records } from '#schema/records';
import { freshRecords, silent } from './records.ts';

export type World = Awaited<ReturnType<typeof freshWorld>>;

type Options = Readonly<{
	signUp?: 'open' | 'invited';
	limits?: Partial<Record<AttemptKind, AttemptLimit>>;
	/** Those of another world of the same test, as a second node has them. */
	records?: Records;
	/** Hashes that cost next to nothing, where a test does not say otherwise. */
	passwords?: Passwords;
}>;

/** One engine for all tests of a file: to start one takes as long as twenty of them. */
let engine: Promise<Records> | undefined;
afterAll(async () => (await engine)?.close());

async function emptyRecords(): Promise<Records> {
	const records = await (engine ??= freshRecords());
	await records.db.execute(sql`DO $$ BEGIN EXECUTE (
		SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'
	); END $$`);
	return records;
}

const cheapPasswords = (): Passwords => createPasswords({ cost: { memoryKiB: 8, passes: 1 } });

/** Services on records with nothing in them until the next world is made. The clock stands until it is moved. */
export async function freshWorld(options: Options = {}) {
	const { signUp = 'open', limits = {}, passwords = cheapPasswords() } = options;
	const records = options.records ?? (await emptyRecords());
	const clock = { at: Date.now(), now: () => clock.at };
	const said: Record<string, unknown>[] = [];
	const mails: Mail[] = [];
	const tickets: CallGrant[] = [];
	const putOut: string[] = [];
	/** Who is in a call, by identity. */
	const inCall = new Map<string, CallGrant & Readonly<{ sid: string }>>();
	const mediaServer = { broken: false, /** Happens while who is in a room is on its way here. */ meanwhile: () => {} };
	const questions = { rooms: 0, participants: [] as string[] };
	let stays = 0;
	const documents = { broken: false };
	const appended: Parameters<DocumentStore['append']>[0][number][] = [];
	const bus: Bus = {
		publish: (topic, bytes) => void said.push({ topic, ...JSON.parse(new TextDecoder().decode(bytes)) }),
		subscribe: async () => () => {},
		onGap: () => () => {},
		healthy: async () => true,
		close: async () => {}
	};
	const store = {
		append: async (rows: Parameters<DocumentStore['append']>[0]) => {
			if (documents.broken) throw new Error('the disk is full');
			appended.push(...rows);
			return rows.map(() => ({ seq: 1 }));
		},
		remove: async () => {}
	} as unknown as DocumentStore;
	const media = {
		token: async (grant: CallGrant) => {
			tickets.push(grant);
			return JSON.stringify(grant);
		},
		read: async (token: string) => JSON.parse(token) as CallGrant,
		removeParticipant: async (_room: string, { identity, sid }: Readonly<{ identity: string; sid: string }>) => {
			if (mediaServer.broken) throw new Error('the media server is away');
			const there = inCall.get(identity);
			if (there?.sid !== sid) return there === undefined;
			putOut.push(identity);
			return inCall.delete(identity);
		},
		rooms: async () => {
			questions.rooms++;
			return [...new Set([...inCall.values()].map(({ room }) => room))];
		},
		participants: async (asked: string) => {
			questions.participants.push(asked);
			const there = [...inCall.values()].filter(({ room }) => room === asked);
			mediaServer.meanwhile();
			return there;
		},
		state: { is: 'up', version: 'none', own: false }
	} as unknown as MediaServer;
	const mailer = { broken: false };
	const services = createServices({
		config: { signUp },
		db: records.db,
		clock,
		log: silent,
		bus,
		store,
		media,
		mailer: {
			send: async (mail) => {
				if (mailer.broken) throw new Error('the mail server is away');
				mails.push(mail);
			}
		},
		sealer: createSealer('a secret of thirty-two letters or more'),
		welcomeBoard: (doc, language) => void doc.getMap('meta').set('language', language),
		readCookie: (header) => readSessionCookie(header, { origin: null, share: false }),
		passwords,
		attempts: createAttempts(limits)
	});

	async function viewerOf(token: string): Promise<Viewer> {
		const live = await services.sessions.read(token);
		if (!live) throw new Error('no session');
		return live.viewer;
	}

	return {
		...services,
		records,
		clock,
		said,
		mails,
		mailer,
		tickets,
		putOut,
		inCall,
		questions,
		/** Comes in with a ticket's token, as LiveKit lets one in who knocks there. */
		enter(token: string): void {
			const grant = JSON.parse(token) as CallGrant;
			inCall.set(grant.identity, { ...grant, sid: `stay ${++stays}` });
		},
		mediaServer,
		documents,
		appended,
		passwords,
		/** Someone with an account and a session. */
		async someone(name: string) {
			const email = `${name.toLowerCase()}-${newId()}@example.org`;
			const id = await services.accounts.signUp({ name, email, password: 'a long password' });
			const { token } = await services.sessions.start(id);
			return { ...(await viewerOf(token)), token, email, cookie: `nabij_session=${token}` };
		},
		/** A guest with a session, by a link's token. */
		async guestBy(link: string, name = 'Gast') {
			const { id } = await services.guests.enter(link, name, { from: '192.0.2.1' });
			const { token } = await services.sessions.start(id);
			return { ...(await viewerOf(token)), token, cookie: `nabij_session=${token}` };
		}
	};
}
