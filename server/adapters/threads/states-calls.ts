import * as Y from 'yjs';
import { freshDocument } from '#domain/board/fresh';
import { isDeleted, purged, purgedMoment, purgeDueAt, type Seen } from '#domain/board/purge';
import { touchedIn } from '#domain/board/touched';
import { restore } from '#domain/board/restore';
import { takeRow } from '#domain/wire/log-order';
import type { Leaving, Purged, RestoredUpdate, Restoring } from '#server/ports/states';
import { pack } from '../packed.ts';

/** What is computed with whole documents, in the thread that it happens in. */
export const calls = {
	merged: (updates: readonly Uint8Array[]): Uint8Array => using(updates, stateOf),

	packed: (updates: readonly Uint8Array[]): Uint8Array => using(updates, (doc) => pack(stateOf(doc))),

	fresh: (updates: readonly Uint8Array[]): Uint8Array =>
		using(updates, (doc) => stateOf(freshDocument(doc, (id, map) => map !== null && !isDeleted(id, map)))),

	touched: (updates: readonly Uint8Array[], later: readonly Uint8Array[]): readonly (readonly string[])[] =>
		using(updates, (doc) => {
			let touched: readonly string[] = [];
			doc.on('afterTransaction', (transaction) => (touched = [...touchedIn(transaction)]));
			return later.map((update) => {
				touched = [];
				takeRow(doc, update);
				return touched;
			});
		}),

	leaving: (updates: readonly Uint8Array[], before: readonly Uint8Array[] | null, seen: Seen): Leaving =>
		using(updates, (doc) => {
			const { doc: fresh, left } = purged(doc, { before: before && documentOf(before) });
			return { left: [...left], fresh: stateOf(fresh), bytes: stateOf(doc).length, dueAt: purgeDueAt(fresh, seen) };
		}),

	purgedMoment: (updates: readonly Uint8Array[], left: readonly string[], readable: Uint8Array | null): Uint8Array =>
		using(updates, (moment) => pack(stateOf(purgedMoment(moment, new Set(left), readable && documentOf([readable]))))),

	purged: (updates: readonly Uint8Array[], left: readonly string[], seen: Seen): Purged =>
		using(updates, (doc) => {
			const leaving = new Set(left);
			const fresh = freshDocument(doc, (id, map) => !leaving.has(id) || (map !== null && !isDeleted(id, map)));
			const state = stateOf(fresh);
			const clients = [...doc.store.clients.keys()];
			return { state, packed: pack(state), clients, dueAt: purgeDueAt(fresh, seen) };
		}),

	restored: (now: readonly Uint8Array[], then: readonly Uint8Array[], { spares, at }: Restoring): RestoredUpdate =>
		using(now, (doc) =>
			using(then, (moment) => {
				const made: Uint8Array[] = [];
				doc.on('update', (update: Uint8Array) => made.push(update));
				const spared = new Set(spares);
				const { changed, spared: left } = restore(doc, moment, { spares: (id) => spared.has(id), now: at });
				return { update: made[0] ?? null, changed, spared: left };
			})
		),

	end: (): void => {}
};

function using<T>(updates: readonly Uint8Array[], act: (doc: Y.Doc) => T): T {
	const doc = documentOf(updates);
	try {
		return act(doc);
	} finally {
		doc.destroy();
	}
}

/** What the log says, as every room reads it. In one transaction: merging a long list takes a time that grows faster than it. */
function documentOf(updates: readonly Uint8Array[]): Y.Doc {
	const doc = new Y.Doc();
	doc.transact(() => {
		for (const update of updates) takeRow(doc, update);
	});
	return doc;
}

function stateOf(doc: Y.Doc): Uint8Array {
	return Y.encodeStateAsUpdate(doc);
}
