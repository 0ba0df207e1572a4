import * as Y from 'yjs';
import {
	ALL_LINES,
	ASIDE,
	askLines,
	lineOf,
	nameOf,
	openCopy,
	removeCopy,
	turn,
	type Aside,
	type AsideWhy,
	type CopyKey
} from './copy-store.ts';
import { joinAsides } from './join-asides.ts';
import { countOf, knownThings, together, type Load, type Unsent } from './unsaved.ts';

export type LocalCopy = Readonly<{
	/** Settles when what this browser kept is in the document; also when it keeps nothing at all. */
	loaded: Promise<void>;
	/** Whether an update came out of the copy rather than from a hand. */
	owns: (origin: unknown) => boolean;
	/** Changes of an earlier visit, or of another tab, that came out of the copy and that nobody counts yet. Told once. */
	inherited: () => Load;
	/** Whether what is done now can be found here by a later visit. */
	kept: () => boolean;
	/** How much is unsent has changed, without an update: the copy says so too. */
	note: () => void;
	/** What an earlier visit set aside and nobody has answered for; known once loaded. */
	aside: () => Aside | null;
	/**
	 * Stops writing and leaves an empty copy. With a reason, all that is here is set aside first, in the same turn; answers
	 * all that this browser now has aside. When nothing could be written the answer is null, and the copy is as it was.
	 */
	setAside: (why: AsideWhy | null) => Promise<Aside | null>;
	/** Sets work aside beside what goes on. */
	putAside: (more: Aside) => Promise<void>;
	/** Settles when all until now is written: whether it is, and a later visit finds it. */
	flushed: () => Promise<boolean>;
	/** What was set aside goes. */
	dropAside: () => Promise<void>;
	/** Stops writing; what is kept stays. */
	close: () => Promise<void>;
	/** Stops writing and removes what is kept. */
	forget: () => Promise<void>;
}>;

type Ledger = Readonly<{
	/** What of this tab is only here, this very moment. */
	unsent: () => Unsent;
	/** `kept` has changed. */
	onKept: () => void;
}>;

/** A copy that has not been read by then is not waited for: the server has everything but unsent work, which comes after. */
const READ_MS = 5_000;

/** What Yjs makes of a document without anything in it. */
const EMPTY_BYTES = 2;

/** So many rows are made one. */
const ROWS = 500;

/** The copy of a document that keeps none. */
export const NO_COPY: LocalCopy = {
	loaded: Promise.resolve(),
	owns: () => false,
	inherited: () => together([]),
	kept: () => false,
	note: () => {},
	aside: () => null,
	setAside: async () => null,
	putAside: async () => {},
	flushed: async () => false,
	dropAside: async () => {},
	close: async () => {},
	forget: async () => {}
};

/**
 * Keeps a document in this browser, together with how much of it the server does not have: both are written in one turn, so
 * that a later visit finds neither work that nobody counts nor a count without work. A browser that keeps nothing (private
 * windows, a full disk) says so by `kept`, and the board works on.
 */
export function keepCopy(key: CopyKey, doc: Y.Doc, { unsent, onKept }: Ledger): LocalCopy {
	if (!('indexedDB' in globalThis)) return NO_COPY;
	const name = nameOf(key);
	const origin = {};
	const line = lineOf(doc.clientID);
	let db: IDBDatabase | null = null;
	let closed = false;
	let kept = false;
	let inherited = together([]);
	let rows = 0;
	let newest: IDBValidKey = 0;
	let noted = '';
	let aside: Aside | null = null;
	/** A gathering is asked for and has not read the document yet: it will have all that changes until then. */
	let gathering = false;
	/** A turn failed, so that rows may build on one that is not there: until all is written anew, this is no copy. */
	let torn = false;

	const keeps = (now: boolean): void => {
		if (kept === now || closed) return;
		kept = now;
		onKept();
	};
	/** One turn of writing; when it fails, nothing of it is there. */
	const write = (act: (stores: ReturnType<typeof turn>) => void, done: (well: boolean) => void = () => {}): void => {
		if (!db || closed) return done(false);
		const settle = (well: boolean): void => {
			if (act === gather && well) torn = false;
			if (!well) {
				torn = true;
				gathering = false;
				noted = '';
			}
			keeps(!torn);
			done(well);
		};
		let stores: ReturnType<typeof turn>;
		try {
			stores = turn(db, 'readwrite');
		} catch {
			// The browser took the database away: an edge like the full disk.
			return settle(false);
		}
		stores.transaction.oncomplete = () => settle(true);
		stores.transaction.onabort = () => settle(false);
		act(stores);
	};
	const say = ({ custom }: ReturnType<typeof turn>): void => {
		const now = unsent();
		const said = JSON.stringify(now);
		if (said === noted) return;
		noted = said;
		if (now.n > 0) custom.put(now, line);
		else custom.delete(line);
	};
	/** Takes what other tabs and visits wrote since into the document, all at once. */
	const takeIn = (stores: ReturnType<typeof turn>, then: () => void): void => {
		const since = IDBKeyRange.lowerBound(newest, true);
		const keys = stores.updates.getAllKeys(since);
		const found: IDBRequest<Uint8Array[]> = stores.updates.getAll(since);
		found.onsuccess = () => {
			newest = keys.result.at(-1) ?? newest;
			rows += found.result.length;
			doc.transact(() => found.result.forEach((update) => Y.applyUpdate(doc, update, origin)), origin);
			then();
		};
	};
	/** Makes all rows one. */
	const gather = (stores: ReturnType<typeof turn>): void =>
		takeIn(stores, () => {
			gathering = false;
			stores.updates.delete(IDBKeyRange.upperBound(newest));
			stores.updates.add(Y.encodeStateAsUpdate(doc));
			rows = 1;
			say(stores);
		});
	const load = (stores: ReturnType<typeof turn>): void => {
		const before = Y.encodeStateAsUpdate(doc);
		// What others left is this tab's from now on; a tab that lives on says its own again.
		askLines(stores.custom, (load) => (inherited = load));
		stores.custom.delete(ALL_LINES());
		const waiting: IDBRequest<Aside | undefined> = stores.custom.get(ASIDE);
		waiting.onsuccess = () => (aside = waiting.result ?? null);
		takeIn(stores, () => {
			if (before.length > EMPTY_BYTES) stores.updates.add(before);
			say(stores);
		});
	};
	const onUpdate = (update: Uint8Array, from: unknown): void => {
		if (from === origin) return;
		if (gathering) return;
		if (torn || ++rows > ROWS) {
			gathering = true;
			return write(gather);
		}
		write((stores) => {
			stores.updates.add(update);
			say(stores);
		});
	};
	const empty = (stores: ReturnType<typeof turn>, why: AsideWhy | null): void => {
		let said = together([]);
		askLines(stores.custom, (load) => (said = load));
		const waiting: IDBRequest<Aside | undefined> = stores.custom.get(ASIDE);
		takeIn(stores, () => {
			aside = waiting.result ?? null;
			const { n, title, things } = unsent();
			if (why) {
				// This tab's own line is among them, unless it could not be written.
				const all = together([said, { ...together([]), things: new Set(things), more: n - things.length }]);
				const copy = Y.encodeStateAsUpdate(doc);
				const mine: Aside = { copy, n: Math.max(n, countOf(said)), things: knownThings(all), why, kept: true };
				aside = joinAsides(aside, mine);
				stores.custom.put({ ...aside, title }, ASIDE);
			} else if (countOf(said) > 0) return; // Another tab's work: whoever opens this next is asked about it.
			stores.custom.delete(ALL_LINES());
			stores.updates.clear();
		});
	};
	const opened = (async (): Promise<void> => {
		db = await openCopy(name);
		if (closed) return db.close();
		db.onversionchange = () => {
			// Another tab removes the copy, by signing out or by dropping it: it must not wait for this one.
			db?.close();
			keeps(false);
		};
		db.onclose = () => keeps(false);
		// From here on nothing is missed: a change that comes while the copy is being read is written after it.
		doc.on('update', onUpdate);
		await new Promise((read) => write(load, read));
	})();
	const readable = opened.catch(() => undefined);

	const close = async (): Promise<void> => {
		closed = true;
		doc.off('update', onUpdate);
		await readable;
		db?.close();
	};
	return {
		loaded: Promise.race([readable, new Promise<void>((late) => setTimeout(late, READ_MS))]),
		owns: (from) => from === origin,
		inherited: () => {
			const load = inherited;
			inherited = together([]);
			return load;
		},
		kept: () => kept,
		note: () => {
			if (JSON.stringify(unsent()) !== noted) write(say);
		},
		aside: () => aside,
		setAside: async (why) => {
			doc.off('update', onUpdate);
			await readable;
			const well = await new Promise((done) => write((stores) => empty(stores, why), done));
			await close();
			return well ? aside : null;
		},
		putAside: async (more) => {
			const joined = joinAsides(aside, { ...more, kept: true });
			const title = unsent().title;
			const well = await new Promise((done) => write(({ custom }) => custom.put({ ...joined, title }, ASIDE), done));
			aside = well ? joined : joinAsides(aside, { ...more, kept: false });
		},
		flushed: () => new Promise((done) => write(say, (well) => done(well && kept))),
		dropAside: async () => {
			aside = null;
			await new Promise((done) => write(({ custom }) => custom.delete(ASIDE), done));
		},
		close,
		forget: async () => {
			await close();
			if (db) await removeCopy(name);
		}
	};
}

/** Asks the browser to keep copies when its disk runs full. Some browsers ask the person, so it is asked once there is a reason. */
export async function askToStay(): Promise<void> {
	await globalThis.navigator?.storage?.persist?.();
}
