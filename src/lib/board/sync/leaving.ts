/** What this browser kept of boards, when its person goes: what was never sent is known by name first, then all is removed. */
import { ALL_LINES, answer, ASIDE, keyOf, openCopy, removeCopy, turn, type CopyKey } from './copy-store.ts';
import type { Unsent } from './unsaved.ts';

/** A board with changes that are only in this browser. */
export type UnsentBoard = Readonly<{ board: string; title: string; n: number }>;

/** `lines` is null where the copy could not be read. */
type Found = Readonly<{ name: string; key: CopyKey; lines: readonly Unsent[] | null }>;

/** A browser that has not answered by then (a broken profile does not) keeps nobody from going. */
const WAIT_MS = 3_000;

/**
 * The boards on which this person has changes that never reached the server, of this tab, another one or an earlier visit.
 * What the browser does not tell is not asked about: leaving always works.
 */
export async function unsentBoards(person: string): Promise<readonly UnsentBoard[]> {
	const own = (await inTime(findCopies(), [])).filter(({ key, lines }) => key.person === person && lines?.length);
	// A board that began anew may have left a copy of each of its lives.
	return [...Map.groupBy(own, ({ key }) => key.doc)].map(([board, copies]) => {
		const lines = copies.flatMap((copy) => copy.lines ?? []);
		return { board, title: lines.at(-1)?.title ?? '', n: lines.reduce((sum, { n }) => sum + n, 0) };
	});
}

/**
 * Removes this person's copies, open or not, and those of others: whoever comes next finds no board here. Only what another
 * person has not sent yet stays, for their own return: it is not this person's to drop.
 */
export async function forgetCopies(person: string): Promise<void> {
	const going = (await inTime(findCopies(), [])).filter(
		({ key, lines }) => key.person === person || lines?.length === 0
	);
	await inTime(Promise.all(going.map(({ name }) => removeCopy(name))), []);
}

/** The answer, or what counts when the browser gives none. */
export async function inTime<T>(answer: Promise<T>, otherwise: T): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<T>((give) => (timer = setTimeout(give, WAIT_MS, otherwise)));
	try {
		return await Promise.race([answer, late]);
	} catch {
		// Private windows and full disks forbid IndexedDB: an edge, where there is nothing to find.
		return otherwise;
	} finally {
		clearTimeout(timer);
	}
}

async function findCopies(): Promise<readonly Found[]> {
	// A browser that cannot list them (an old Firefox) keeps them, under names that only their owner's page asks for.
	const all = (await globalThis.indexedDB?.databases?.()) ?? [];
	const found = await Promise.all(
		all.map(async ({ name = '' }): Promise<Found | null> => {
			const key = keyOf(name);
			return key && { name, key, lines: await linesOf(name).catch(() => null) };
		})
	);
	return found.filter((one) => one !== null);
}

async function linesOf(name: string): Promise<readonly Unsent[]> {
	const db = await openCopy(name);
	try {
		const { custom } = turn(db, 'readonly');
		const asked: readonly [IDBRequest<Unsent[]>, IDBRequest<Unsent | undefined>] = [
			custom.getAll(ALL_LINES()),
			custom.get(ASIDE)
		];
		const [lines, aside] = await Promise.all([answer(asked[0]), answer(asked[1])]);
		// What was set aside uncounted is still something.
		return aside ? [...lines, { title: aside.title, n: Math.max(aside.n, 1), things: [], made: [] }] : lines;
	} finally {
		db.close();
	}
}
