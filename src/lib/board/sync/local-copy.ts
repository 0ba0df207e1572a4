import { clearDocument, IndexeddbPersistence } from 'y-indexeddb';
import type * as Y from 'yjs';

/** Whose copy of which document: another person in this browser, or a purged board, must never see it. */
export type CopyKey = Readonly<{ person: string; doc: string; epoch: number }>;

export type LocalCopy = Readonly<{
	/** Settles when what this browser kept is in the document; also when it keeps nothing at all. */
	loaded: Promise<void>;
	/** Whether an update came out of the copy rather than from a hand. */
	owns: (origin: unknown) => boolean;
	/** Stops writing; what is kept stays. */
	close: () => Promise<void>;
	/** Stops writing and removes what is kept. */
	forget: () => Promise<void>;
}>;

/** All copies of this product begin with this, so that signing out can find them. */
export const COPY_PREFIX = 'nabij:';

/** A copy that has not been read by then is not waited for: the server has everything but unsent work, which comes after. */
const READ_MS = 5_000;

const patience = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Keeps a document in this browser. A browser without IndexedDB (private windows) keeps nothing, and the board works on. */
export function keepCopy({ person, doc: id, epoch }: CopyKey, doc: Y.Doc): LocalCopy {
	const name = `${COPY_PREFIX}${person}:${id}:${epoch}`;
	if (!('indexedDB' in globalThis)) {
		return { loaded: Promise.resolve(), owns: () => false, close: async () => {}, forget: async () => {} };
	}
	const kept = new IndexeddbPersistence(name, doc);
	// Opening can fail (a full disk, a forbidding browser): then there is no copy, and no reason to keep the board shut.
	const broken = kept._db.then(
		() => patience(READ_MS),
		() => undefined
	);
	return {
		loaded: Promise.race([kept.whenSynced.then(() => undefined), broken]),
		owns: (origin) => origin === kept,
		close: async () => {
			await kept.destroy().catch(() => undefined);
		},
		forget: async () => {
			// What could not be opened holds nothing to remove.
			const opened = await kept.destroy().then(
				() => true,
				() => false
			);
			if (opened) await clearDocument(name);
		}
	};
}

/** Removes every copy of every person from this browser, open or not. */
export async function forgetAllCopies(): Promise<void> {
	// A browser that cannot list them (an old Firefox) keeps them, under names that only their owner's page asks for.
	const kept = (await globalThis.indexedDB?.databases?.()) ?? [];
	const ours = kept.flatMap(({ name }) => (name?.startsWith(COPY_PREFIX) ? [name] : []));
	await Promise.all(ours.map(remove));
}

/** Asks the browser to keep copies when its disk runs full. Some browsers ask the person, so it is asked once there is a reason. */
export async function askToStay(): Promise<void> {
	await globalThis.navigator?.storage?.persist?.();
}

function remove(name: string): Promise<void> {
	return new Promise((done) => {
		const request = indexedDB.deleteDatabase(name);
		// Held open by a page that does not let go, it is removed as soon as that page does.
		request.onsuccess = request.onerror = request.onblocked = () => done();
	});
}
