import type { DocumentStore } from '#server/ports/document-store';

/** Which rows were added: those after `before`, up to `seq`. */
export type Added = Readonly<{ before: number; seq: number }>;

/**
 * The same store, telling of each document that durable rows were added to; the listener must not throw. And it is not
 * healthy while the last append could not write: a full disk is read as well as ever.
 */
export function observeStore(
	store: DocumentStore,
	onWritten: (docs: ReadonlyMap<string, Added>) => void
): DocumentStore {
	let writes = true;
	return {
		...store,
		async append(rows) {
			const results = await store.append(rows).catch((error: unknown) => {
				writes = false;
				throw error;
			});
			writes = true;
			const written = new Map<string, Added>();
			for (const [i, { doc }] of rows.entries()) {
				const result = results[i];
				if (!result || !('seq' in result)) continue;
				written.set(doc, { before: written.get(doc)?.before ?? result.seq - 1, seq: result.seq });
			}
			if (written.size > 0) onWritten(written);
			return results;
		},
		healthy: async () => writes && (await store.healthy())
	};
}
