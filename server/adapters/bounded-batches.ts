import type { AppendResult, NewRow } from '#server/ports/document-store';

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_ROWS = 4_000;

/**
 * Appends in commits bounded in bytes, so that one large import does not hold up every other document. A commit that
 * fails after an earlier one succeeded fails its own rows; only when nothing at all was written does it reject.
 */
export async function inBoundedBatches(
	rows: readonly NewRow[],
	append: (batch: readonly NewRow[]) => Promise<readonly AppendResult[]>
): Promise<readonly AppendResult[]> {
	const results: AppendResult[] = [];
	for (const batch of boundedBatches(rows)) {
		try {
			results.push(...(await append(batch)));
		} catch (cause) {
			if (!results.some((result) => 'seq' in result)) throw cause;
			const error = new Error('The log took only a part of the rows', { cause });
			while (results.length < rows.length) results.push({ error });
		}
		if (results.length === rows.length) break;
	}
	return results;
}

function* boundedBatches(rows: readonly NewRow[]): Generator<readonly NewRow[]> {
	let batch: NewRow[] = [];
	let bytes = 0;
	for (const row of rows) {
		if (batch.length > 0 && (batch.length >= MOST_ROWS || bytes + row.update.byteLength > MOST_BYTES)) {
			yield batch;
			batch = [];
			bytes = 0;
		}
		batch.push(row);
		bytes += row.update.byteLength;
	}
	if (batch.length > 0) yield batch;
}
