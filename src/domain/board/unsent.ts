/** What of a document is only here, told by the ids that Yjs gives to whatever is written: a clientID and a clock. */
import type * as Y from 'yjs';

/** For each clientID, from which clock on what it wrote is not known to be saved. */
export type Since = ReadonlyMap<number, number>;

/** What a transaction wrote. */
export function writtenIn({ beforeState, afterState }: Y.Transaction): Since {
	const since = new Map<number, number>();
	for (const [client, clock] of afterState) {
		const before = beforeState.get(client) ?? 0;
		if (clock > before) since.set(client, before);
	}
	return since;
}

/** What any of them says is not saved. */
export function earliest(all: readonly Since[]): Since {
	const since = new Map<number, number>();
	for (const one of all) {
		for (const [client, clock] of one) since.set(client, Math.min(clock, since.get(client) ?? clock));
	}
	return since;
}

/** Whether what bears this id is only here. */
export function isUnsent({ client, clock }: Y.ID, since: Since): boolean {
	return clock >= (since.get(client) ?? Infinity);
}
