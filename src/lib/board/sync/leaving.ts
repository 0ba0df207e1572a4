/** What this browser kept of boards, when its person goes: what was never sent is known by name first, then all is removed. */
import { ALL_LINES, answer, keyOf, openCopy, turn, type CopyKey, type Unsent } from './copy-store.ts';
import { remove } from './local-copy.ts';

/** A board with changes that are only in this browser. */
export type UnsentBoard = Readonly<{ board: string; title: string; n: number }>;

type Found = Readonly<{ name: string; key: CopyKey; lines: readonly Unsent[] }>;

/** The boards on which this person has changes that never reached the server, of this tab, another one or an earlier visit. */
export async function unsentBoards(person: string): Promise<readonly UnsentBoard[]> {
	const own = (await findCopies()).filter(({ key, lines }) => key.person === person && lines.length > 0);
	return own.map(({ key, lines }) => ({
		board: key.doc,
		title: lines.at(-1)?.title ?? '',
		n: lines.reduce((sum, { n }) => sum + n, 0)
	}));
}

/**
 * Removes this person's copies, open or not, and those of others: whoever comes next finds no board here. Only what another
 * person has not sent yet stays, for their own return: it is not this person's to drop.
 */
export async function forgetCopies(person: string): Promise<void> {
	const going = (await findCopies()).filter(({ key, lines }) => key.person === person || lines.length === 0);
	await Promise.all(going.map(({ name }) => remove(name)));
}

async function findCopies(): Promise<readonly Found[]> {
	// A browser that cannot list them (an old Firefox) keeps them, under names that only their owner's page asks for.
	const all = (await globalThis.indexedDB?.databases?.()) ?? [];
	const found = await Promise.all(
		all.map(async ({ name = '' }): Promise<Found | null> => {
			const key = keyOf(name);
			return key && { name, key, lines: await linesOf(name) };
		})
	);
	return found.filter((one) => one !== null);
}

async function linesOf(name: string): Promise<readonly Unsent[]> {
	const db = await openCopy(name);
	try {
		return await answer(turn(db, 'readonly').custom.getAll(ALL_LINES()));
	} finally {
		db.close();
	}
}
