import type { DocumentStore } from '#server/ports/document-store';

/** The same store, telling of each document that durable rows were added to. The listener must not throw. */
export function observeStore(store: DocumentStore, onWritten: (docs: ReadonlySet<string>) => void): DocumentStore {
	return {
		async append(rows) {
			const results = await store.append(rows);
			const written = rows.filter((_row, i) => {
				const result = results[i];
				return result !== undefined && 'seq' in result;
			});
			if (written.length > 0) onWritten(new Set(written.map(({ doc }) => doc)));
			return results;
		},
		load: (doc) => store.load(doc),
		since: (doc, after, most) => store.since(doc, after, most),
		checkpoint: (doc, seq, state) => store.checkpoint(doc, seq, state),
		remove: (doc) => store.remove(doc),
		healthy: () => store.healthy(),
		close: () => store.close()
	};
}
