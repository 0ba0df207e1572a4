/** What the sync server needs, and what it is for the rest of the product. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '#server/config';
import type { Log } from '#server/log';
import type { Access } from '#server/ports/access';
import type { Bus } from '#server/ports/bus';
import type { Clock } from '#server/ports/clock';
import type { DocumentStore } from '#server/ports/document-store';
import type { LivingDocuments } from '#server/ports/living-documents';
import type { States } from '#server/ports/states';
import type { Counts } from './counts.ts';
import type { Limits } from './limits.ts';
import type { Visitor } from './whereabouts.ts';

export type SyncDeps = Readonly<{
	store: DocumentStore;
	states: Pick<States, 'merged'>;
	bus: Bus;
	access: Access;
	clock: Clock;
	log: Log;
	/** NABIJ_BENCH lifts what one person may have: sockets, and answers. */
	config: Pick<Config, 'bench'>;
	limits?: Partial<Limits>;
	/** A commit took so many seconds. */
	onCommit?: (seconds: number) => void;
}>;

/** What this process serves now, and what it did since it started. */
export type SyncStats = Readonly<{
	/** Open documents; and those of them that are in memory as Y.Docs. */
	rooms: number;
	documents: number;
	sockets: number;
	commits: number;
	/** Whether documents cannot be written right now. */
	troubled: boolean;
	/** Messages that are received and in no commit yet. */
	waiting: number;
	counts: Counts;
}>;

/** The y-websocket server of every document: docs/sync-protocol.md. */
export type SyncServer = LivingDocuments &
	Readonly<{
		/** Takes a request whose Origin was found good. Whatever is wrong with it is said by a close code after the upgrade. */
		upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, doc: string): void;
		/** Who is at the board now, through any node, each person once. */
		peopleAt(board: string): readonly Visitor[];
		stats(): SyncStats;
		/** Makes durable what was received, says goodbye to every socket (4503 shutdown), and lets all documents go. */
		close(): Promise<void>;
	}>;
