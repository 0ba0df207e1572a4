import { calls } from '#server/adapters/threads/states-calls';
import type { States } from '#server/ports/states';

/** What is computed with whole documents, in this thread: tests have few and small ones. */
export const statesHere: States = {
	merged: async (updates) => calls.merged(updates),
	packed: async (updates) => calls.packed(updates),
	fresh: async (updates) => calls.fresh(updates),
	touched: async (updates, later) => calls.touched(updates, later),
	restored: async (now, then, restoring) => calls.restored(now, then, restoring),
	leaving: async (updates, before, seen) => calls.leaving(updates, before, seen),
	purgedMoment: async (updates, left, readable) => calls.purgedMoment(updates, left, readable),
	purged: async (updates, left, seen) => calls.purged(updates, left, seen),
	close: async () => {}
};
