import type { Inbound } from './inbound.ts';

/** What a message was, as it is counted. */
export type Received = Inbound['is'] | 'malformed';

/** What went on at the sockets since the start, in plain numbers: counting must cost next to nothing. */
export class Counts {
	/** Messages of clients, by what they were. */
	readonly received = new Map<Received, number>();
	/** How sockets were ended by us, by close code. */
	readonly closed = new Map<number, number>();
	/** Writes to sockets, each with any number of messages, and their bytes. */
	writes = 0;
	writtenBytes = 0;
	/** Changes that a document could not take. */
	refused = 0;

	hear(what: Received): void {
		this.received.set(what, (this.received.get(what) ?? 0) + 1);
	}

	close(code: number): void {
		this.closed.set(code, (this.closed.get(code) ?? 0) + 1);
	}
}
