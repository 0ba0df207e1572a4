/** What this browser keeps of a document's other epochs: unsent work that is to be done again, and nothing else for long. */
import * as Y from 'yjs';
import {
	answer,
	ASIDE,
	askLines,
	keyOf,
	nameOf,
	openCopy,
	removeCopy,
	turn,
	type Aside,
	type CopyKey
} from './copy-store.ts';
import { inTime } from './leaving.ts';
import { joinAsides } from './join-asides.ts';
import { together, type Load } from './unsaved.ts';

/** Work that was done in a document of another epoch and that the server does not have. */
export type OtherEpoch = Readonly<{
	epoch: number;
	/** That document, as one update. */
	copy: Uint8Array;
	load: Load;
	/** What had been set aside there. */
	aside: Aside | null;
}>;

/** The copies of other epochs than this, the oldest first; those that cannot be read are left out. */
export async function otherEpochs(key: CopyKey): Promise<readonly OtherEpoch[]> {
	// A browser that cannot list them keeps them, under names that nothing asks for any more.
	const all = await inTime(globalThis.indexedDB?.databases?.() ?? Promise.resolve([]), []);
	const epochs = all
		.map(({ name = '' }) => keyOf(name))
		.filter((one) => one?.person === key.person && one.doc === key.doc && one.epoch !== key.epoch)
		.map((one) => one?.epoch ?? 0)
		.sort((one, other) => one - other);
	const found = await Promise.all(epochs.map((epoch) => read(key, epoch).catch(() => null)));
	return found.filter((one) => one !== null);
}

/** Removes the copy of another epoch. */
export function removeEpoch(key: CopyKey, epoch: number): Promise<void> {
	return removeCopy(nameOf({ ...key, epoch }));
}

/** The same epoch told twice, by the page that was open and by the copy, is one. */
export function joinEpochs(epochs: readonly OtherEpoch[]): readonly OtherEpoch[] {
	return [...Map.groupBy(epochs, ({ epoch }) => epoch)].map(([epoch, told]) => ({
		epoch,
		copy: remembering(told.map(({ copy }) => copy)),
		load: together(told.map(({ load }) => load)),
		aside: told.map(({ aside }) => aside).reduce(joinAsides, null)
	}));
}

/**
 * These as one, with all words that any of them still has: what comes first is kept as it is, and a page has forgotten the
 * words that were taken out. `Y.mergeUpdates` takes of two that say the same now this one, now that.
 */
function remembering(updates: readonly Uint8Array[]): Uint8Array {
	const doc = new Y.Doc({ gc: false });
	doc.transact(() => updates.forEach((update) => Y.applyUpdate(doc, update)));
	const all = Y.encodeStateAsUpdate(doc);
	doc.destroy();
	return all;
}

async function read(key: CopyKey, epoch: number): Promise<OtherEpoch> {
	const db = await openCopy(nameOf({ ...key, epoch }));
	try {
		const { updates, custom } = turn(db, 'readonly');
		let load = together([]);
		askLines(custom, (said) => (load = said));
		const asked: readonly [IDBRequest<Uint8Array[]>, IDBRequest<Aside | undefined>] = [
			updates.getAll(),
			custom.get(ASIDE)
		];
		const [rows, aside] = await Promise.all([answer(asked[0]), answer(asked[1])]);
		return { epoch, copy: remembering(rows), load, aside: aside ?? null };
	} finally {
		db.close();
	}
}
