import type { Person } from '#domain/wire/control';

/** The documents that people may be at right now, as services see them. */
export interface LivingDocuments {
	/**
	 * Writes an update into a document as somebody at it would, under that person's name; settles when it is durable.
	 * Refuses `part.down` while nothing can be, and what the document cannot take.
	 */
	write(doc: string, by: Person, update: Uint8Array): Promise<void>;
	/**
	 * Does something to the stored document while nobody writes in it through this node. When `renew` answers a new epoch,
	 * everybody at the document, on every node, comes back to that.
	 */
	pause(doc: string, renew: () => Promise<Readonly<{ epoch: number }> | null>): Promise<void>;
}
