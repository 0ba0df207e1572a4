import { inArray } from 'drizzle-orm';
import type { Db } from '#schema/db';
import { board } from '#schema/index';
import type { Clock } from '../ports/clock.ts';

/** A board's time of change is good to this: writing it with every stroke would cost more than it says. */
const WITHIN_MS = 30_000;

type Deps = Readonly<{ db: Db; clock: Clock; report: (error: unknown) => void }>;

export type BoardChanges = ReturnType<typeof createBoardChanges>;

/** Keeps when boards last changed, from what the document log says was written. */
export function createBoardChanges({ db, clock, report }: Deps) {
	const written = new Set<string>();
	let timer: NodeJS.Timeout | null = null;

	async function flush(): Promise<void> {
		timer = null;
		const boards = [...written];
		written.clear();
		if (boards.length > 0)
			await db
				.update(board)
				.set({ updatedAt: new Date(clock.now()) })
				.where(inArray(board.id, boards));
	}

	return {
		/** A board's own document has the board's id; other documents name no board here and are passed over. */
		changed(docs: Iterable<string>): void {
			for (const doc of docs) written.add(doc);
			timer ??= setTimeout(() => void flush().catch(report), WITHIN_MS);
		},
		/** Writes what is still to be written. */
		async close(): Promise<void> {
			if (timer) clearTimeout(timer);
			await flush();
		}
	};
}
