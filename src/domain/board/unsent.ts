/** What of a document is only here, told by the ids that Yjs gives to whatever is written: a clientID and a clock. */
import * as Y from 'yjs';

/** So many letters in a row, from a clock of a clientID on. */
export type Stretch = Readonly<[client: number, clock: number, length: number]>;

export type Written = Readonly<{
	/** For each clientID, from which clock on what it wrote is not known to be saved. */
	since: ReadonlyMap<number, number>;
	/** What was taken out of texts, and is not known to be saved to be out. */
	taken: readonly Stretch[];
}>;

/** What a transaction wrote, and took out. */
export function writtenIn({ beforeState, afterState, deleteSet, doc }: Y.Transaction): Written {
	const since = new Map<number, number>();
	for (const [client, clock] of afterState) {
		const before = beforeState.get(client) ?? 0;
		if (clock > before) since.set(client, before);
	}
	const taken: Stretch[] = [];
	for (const [client, ranges] of deleteSet.clients) {
		for (const { clock, len } of ranges) {
			for (let at = clock; at < clock + len;) {
				// What lay in a thing that went as a whole is no item any more.
				const item: Y.AbstractStruct = Y.getItem(doc.store, Y.createID(client, at));
				const end = Math.min(clock + len, item.id.clock + item.length);
				if (item instanceof Y.Item && item.parent instanceof Y.Text) taken.push([client, at, end - at]);
				at = end;
			}
		}
	}
	return { since, taken: joined(taken) };
}

/** What any of them says is not saved. */
export function allWritten(all: readonly Written[]): Written {
	const since = new Map<number, number>();
	for (const one of all) {
		for (const [client, clock] of one.since) since.set(client, Math.min(clock, since.get(client) ?? clock));
	}
	return { since, taken: joined(all.flatMap(({ taken }) => taken)) };
}

/** Whether what bears this id was written here alone. */
export function isUnsent({ client, clock }: Y.ID, { since }: Written): boolean {
	return clock >= (since.get(client) ?? Infinity);
}

/** Letter by letter, one stretch grows. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
	if (stretches.length < 2) return stretches;
	const all: [number, number, number][] = [];
	for (const [client, clock, length] of [...stretches].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
		const last = all.at(-1);
		if (last?.[0] === client && clock <= last[1] + last[2]) last[2] = Math.max(last[2], clock + length - last[1]);
		else all.push([client, clock, length]);
	}
	return all;
}
