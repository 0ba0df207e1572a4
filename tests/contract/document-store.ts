import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppendResult, DocumentStore, NewRow } from '#server/ports/document-store';

/** What every DocumentStore keeps. */
export function documentStoreContract(name: string, open: () => Promise<DocumentStore>): void {
	describe(`the document log on ${name}`, () => {
		let store: DocumentStore;
		beforeAll(async () => {
			store = await open();
		});
		afterAll(() => store.close());
		const newDoc = () => randomBytes(8).toString('hex');
		const row = (doc: string, byte: number, more: Partial<NewRow> = {}): NewRow => ({
			doc,
			author: 'ada',
			at: 1_800_000_000_123,
			update: new Uint8Array([byte]),
			...more
		});
		const bytesOf = (updates: readonly Uint8Array[]) => updates.map((update) => [...update]);
		const numbers = (results: readonly AppendResult[]) =>
			results.map((one) => ('seq' in one ? one.seq : one.error.name));

		test('a document never written has number 0 and no updates', async () => {
			expect(await store.load(newDoc())).toEqual({ seq: 0, updates: [] });
			expect(await store.since(newDoc(), 0)).toEqual([]);
		});

		test('rows of several documents in one call are numbered within their documents, in order', async () => {
			const [a, b] = [newDoc(), newDoc()];
			expect(numbers(await store.append([row(a, 1), row(b, 2), row(a, 3)]))).toEqual([1, 1, 2]);
			expect(numbers(await store.append([row(b, 4), row(a, 5)]))).toEqual([2, 3]);
			expect(bytesOf((await store.load(a)).updates)).toEqual([[1], [3], [5]]);
			expect(await store.since(b, 1)).toEqual([{ ...row(b, 4), seq: 2 }]);
			expect((await store.since(a, 0, 2)).map(({ seq }) => seq)).toEqual([1, 2]);
		});

		test('calls at the same moment leave no gap and no number twice', async () => {
			const docs = [newDoc(), newDoc(), newDoc()];
			const calls = Array.from({ length: 60 }, (_, i) => {
				const rows = docs.map((doc) => row(doc, i));
				return store.append(i % 2 ? rows : rows.reverse());
			});
			await Promise.all(calls);
			for (const doc of docs) {
				const found = await store.since(doc, 0);
				expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
				expect(new Set(found.map(({ update }) => update[0])).size).toBe(60);
			}
		});

		test('a row that cannot be stored fails alone, and takes no number', async () => {
			const doc = newDoc();
			const bad = row(doc, 2, { author: null as unknown as string });
			const results = await store.append([row(doc, 1), bad, row(doc, 3)]);
			expect(results[0]).toEqual({ seq: 1 });
			expect(results[1]).toHaveProperty('error');
			expect(results[2]).toEqual({ seq: 2 });
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[1], [3]]);
		});

		test('loading begins at the checkpoint, history before it stays', async () => {
			const doc = newDoc();
			await store.append([1, 2, 3, 4].map((byte) => row(doc, byte)));
			await store.checkpoint(doc, 3, new Uint8Array([123]));
			const loaded = await store.load(doc);
			expect(loaded.seq).toBe(4);
			expect(bytesOf(loaded.updates)).toEqual([[123], [4]]);
			expect((await store.since(doc, 0)).length).toBe(4);
			await store.checkpoint(doc, 4, new Uint8Array([124]));
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[124]]);
		});

		test('a checkpoint older than the standing one, or ahead of the log, changes nothing', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1), row(doc, 2)]);
			await store.checkpoint(doc, 2, new Uint8Array([9]));
			await store.checkpoint(doc, 1, new Uint8Array([8]));
			await store.checkpoint(doc, 7, new Uint8Array([7]));
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[9]]);
		});

		test('a removed document begins at 1 again', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1)]);
			await store.remove(doc);
			expect(await store.load(doc)).toEqual({ seq: 0, updates: [] });
			expect(numbers(await store.append([row(doc, 2)]))).toEqual([1]);
		});

		test('the bytes stay the caller’s, also a view into a larger buffer, and come back as they were', async () => {
			const doc = newDoc();
			const large = new Uint8Array(randomBytes(3_000_000));
			const view = large.subarray(17, 2_900_017);
			await store.append([row(doc, 0, { update: view }), row(doc, 0, { update: new Uint8Array() })]);
			expect(view.byteLength).toBe(2_900_000);
			const [first, second] = (await store.load(doc)).updates;
			expect(Buffer.compare(first ?? new Uint8Array(), view)).toBe(0);
			expect(second?.byteLength).toBe(0);
		});

		test('more bytes than one commit takes are stored all the same, in order', async () => {
			const doc = newDoc();
			const rows = Array.from({ length: 12 }, (_, i) => row(doc, 0, { update: new Uint8Array(1_500_000).fill(i) }));
			expect(numbers(await store.append(rows))).toEqual(rows.map((_, i) => i + 1));
			expect((await store.load(doc)).updates.map((update) => update[0])).toEqual(rows.map((_, i) => i));
		});

		test('it says that it is well', async () => {
			expect(await store.healthy()).toBe(true);
		});
	});
}
