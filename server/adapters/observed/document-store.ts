import type { DocumentStore } from '#server/ports/document-store';

/**
 * The same store, telling of each document that durable rows were added to; the listener must not throw. And it is not
 * healthy while the last append could not write: a full disk is read as well as ever.
 */
export function observeStore(store: DocumentStore, onWritten: (docs: ReadonlySet<string>) => void): DocumentStore {
	let writes = true;
	return {
		...store,
		async append(rows) {
			const results = await store.append(rows).catch((error: unknown) => {
				writes = false;
				throw error;
			});
			writes = true;
			const written = rows.filter((_row, i) => {
				const result = results[i];
				return result !== undefined && 'seq' in result;
			});
			if (written.length > 0) onWritten(new Set(written.map(({ doc }) => doc)));
			return results;
		},
		healthy: async () => writes && (await store.healthy())
	};
}
