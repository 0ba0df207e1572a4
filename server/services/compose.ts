import type { Db } from '#schema/db';
import type * as Y from 'yjs';
import type { Language } from '#domain/team/language';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Bus } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { MediaServer } from '../ports/media-server.ts';
import type { Sealer } from '../ports/sealer.ts';
import { createAccess } from './access.ts';
import { createAccounts } from './accounts.ts';
import { createAnnouncements } from './announcements.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { createBoards } from './boards.ts';
import { createCalls } from './calls.ts';
import { createGuests } from './guests.ts';
import { createLeftovers } from './leftovers.ts';
import { createInvitations } from './invitations.ts';
import { createLinks } from './links.ts';
import { createPeople } from './people.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createSessions, type LiveSession } from './sessions.ts';
import { createStandings } from './standing.ts';
import { createTeams, type Teams } from './teams.ts';

export type ServiceDeps = Readonly<{
	config: Pick<Config, 'signUp'>;
	db: Db;
	clock: Clock;
	log: Log;
	bus: Bus;
	store: DocumentStore;
	media: MediaServer;
	mailer: Mailer;
	sealer: Sealer;
	welcomeBoard: (doc: Y.Doc, language: Language) => void;
	/** The secret in a `Cookie` header; refuses `input.two-cookies`. */
	readCookie: (cookieHeader: string | undefined) => string | null;
	passwords?: Passwords;
	attempts?: Attempts;
}>;

export type Services = ReturnType<typeof createServices>;

/** All use cases over their ports. */
export function createServices(deps: ServiceDeps) {
	const { config, db, clock, log, store, media, mailer, sealer, welcomeBoard, readCookie } = deps;
	const passwords = deps.passwords ?? createPasswords();
	const attempts = deps.attempts ?? createAttempts();
	const announce = createAnnouncements({ bus: deps.bus });
	const standings = createStandings({ db, clock });
	const sessions = createSessions({ db, clock, announce });
	const sessionOf = (cookieHeader: string | undefined): Promise<LiveSession | null> =>
		sessions.look(readCookie(cookieHeader));
	const boards = createBoards({ db, clock, store, announce, standings, teams: () => teams, welcomeBoard });
	// A new team gets a board, and a new board asks about its team.
	const teams: Teams = createTeams({ db, announce, log, welcome: boards.createWelcome });
	return {
		accounts: createAccounts({ db, clock, passwords, attempts, signUp: config.signUp }),
		people: createPeople({ db, announce }),
		sessions,
		standings,
		teams,
		invitations: createInvitations({ db, clock, sealer, mailer, log, announce, attempts, teams }),
		boards,
		links: createLinks({ db, clock, sealer, announce, standings }),
		guests: createGuests({ db, clock, attempts }),
		calls: createCalls({ db, standings, media, sealer, attempts, sessions, log }),
		leftovers: createLeftovers({ db, clock }),
		access: createAccess({ db, standings, sessions, sessionOf })
	};
}
