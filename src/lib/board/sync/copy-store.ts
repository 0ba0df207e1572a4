/**
 * How the copy of a document lies in this browser: one IndexedDB database a person, document and epoch, with the two stores
 * that y-indexeddb has. `updates` holds Yjs updates in the order in which they were written, `custom` holds a line for each
 * tab with changes that the server has not called durable, and what was set aside.
 */
import type { Written } from '../../../domain/board/unsent.ts';
import { together, type Load, type Unsent } from './unsaved.ts';

/** Whose copy of which document: another person in this browser, or a purged board, must never see it. */
export type CopyKey = Readonly<{ person: string; doc: string; epoch: number }>;

/**
 * Why work was set aside: this person may not write here any more, the server would not have it, what it was done to was
 * purged meanwhile, or the server was put back to before it.
 */
export type AsideWhy = 'role' | 'refused' | 'too-large' | 'full' | 'renewed' | 'restored';

/** Work that the server did not get, taken out of the document: it waits here for its person to say what becomes of it. */
export type Aside = Readonly<{
	/** The whole document with that work in it, as one Yjs update; after `renewed` and `restored`, what was worked on alone. */
	copy: Uint8Array;
	/** How many changes; 0 when nobody counted them. */
	n: number;
	/** The things that were changed; left out when not all of them are known. */
	things?: readonly string[];
	why: AsideWhy;
	/** A later visit finds it in this browser. */
	kept: boolean;
}>;

/** All copies of this product begin with this, so that signing out can find them. */
const PREFIX = 'nabij:';
const UPDATES = 'updates';
const CUSTOM = 'custom';

export const nameOf = ({ person, doc, epoch }: CopyKey): string => `${PREFIX}${person}:${doc}:${epoch}`;

/** Whose copy a database is; null when it is no copy of ours. */
export function keyOf(name: string): CopyKey | null {
	const [person, doc, epoch, ...more] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split(':') : [];
	if (person === undefined || doc === undefined || epoch === undefined || more.length > 0) return null;
	return { person, doc, epoch: Number(epoch) };
}

/** Opens a copy, making an empty one when there is none. */
export async function openCopy(name: string): Promise<IDBDatabase> {
	const request = indexedDB.open(name);
	request.onupgradeneeded = () => {
		request.result.createObjectStore(UPDATES, { autoIncrement: true });
		request.result.createObjectStore(CUSTOM);
	};
	return answer(request);
}

/** What is asked of IndexedDB, answered; within a transaction, the next may be asked at once. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(new Error('IndexedDB did not answer', { cause: request.error }));
	});
}

/** One atomic turn at both stores. */
export function turn(db: IDBDatabase, mode: 'readonly' | 'readwrite') {
	const transaction = db.transaction([UPDATES, CUSTOM], mode);
	return { transaction, updates: transaction.objectStore(UPDATES), custom: transaction.objectStore(CUSTOM) };
}

const TAB = 'unsent:';

/** The line of one tab. */
export const lineOf = (tab: number): string => `${TAB}${tab}`;

/** The lines of all tabs that have something unsent. */
export const ALL_LINES = (): IDBKeyRange => IDBKeyRange.bound(TAB, `${TAB}\uffff`);

/** Asks for what the lines of all tabs say together. */
export function askLines(custom: IDBObjectStore, told: (load: Load) => void): void {
	const keys = custom.getAllKeys(ALL_LINES());
	const lines: IDBRequest<Unsent[]> = custom.getAll(ALL_LINES());
	lines.onsuccess = () => told(together(lines.result.map((line, i) => loadOf(line, keys.result[i]))));
}

function loadOf({ n, things, made, since, taken = [] }: Unsent, key: IDBValidKey | undefined): Load {
	// Of a tab that did not say, all that it ever wrote may be unsent.
	const whole: Written['since'] = new Map([[Number(String(key).slice(TAB.length)), 0]]);
	return {
		things: new Set(things),
		made: new Set(made),
		more: Math.max(0, n - things.length),
		since: since ? new Map(since) : whole,
		taken
	};
}

/** Under this name `custom` holds what was set aside: an {@link Aside}, and the title of the board. */
export const ASIDE = 'aside';

/** Removes a copy. One that a page holds open goes as soon as that page lets go. */
export function removeCopy(name: string): Promise<void> {
	return new Promise((done) => {
		const request = indexedDB.deleteDatabase(name);
		request.onsuccess = request.onerror = request.onblocked = () => done();
	});
}
