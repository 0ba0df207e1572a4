import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack } from '#server/adapters/packed';
import {
	NEVER_WRITTEN,
	StaleEpoch,
	type AppendResult,
	type DocumentStore,
	type NewRow
} from '#server/ports/document-store';

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
			expect(await store.load(newDoc())).toEqual(NEVER_WRITTEN);
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
			await store.checkpoint(doc, 1, 3, new Uint8Array([123]));
			const loaded = await store.load(doc);
			expect(loaded.seq).toBe(4);
			expect(bytesOf(loaded.updates)).toEqual([[123], [4]]);
			expect((await store.since(doc, 0)).length).toBe(4);
			await store.checkpoint(doc, 1, 4, new Uint8Array([124]));
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[124]]);
		});

		test('a checkpoint older than the standing one, or ahead of the log, changes nothing', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1), row(doc, 2)]);
			await store.checkpoint(doc, 1, 2, new Uint8Array([9]));
			await store.checkpoint(doc, 1, 1, new Uint8Array([8]));
			await store.checkpoint(doc, 1, 7, new Uint8Array([7]));
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[9]]);
		});

		test('a removed document begins at 1 again', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1)]);
			await store.remove(doc);
			expect(await store.load(doc)).toEqual(NEVER_WRITTEN);
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

		const epochsOf = async (...docs: string[]) => store.epochsOf(docs);
		const seqsOf = async (doc: string) => (await store.moments(doc, { most: 100 })).map(({ seq }) => seq);
		const stateAt = async (doc: string, seq: number) => bytesOf((await store.stateAt(doc, seq))?.updates ?? []);
		const snapshot = (seq: number, byte: number) => ({
			seq,
			author: 'bo',
			at: 5,
			packed: pack(new Uint8Array([byte]))
		});
		const renewal = (epoch: number, seq: number, byte: number) => ({
			epoch,
			seq,
			next: epoch + 1,
			first: { author: 'bo', at: 7, state: new Uint8Array([byte]), packed: pack(new Uint8Array([byte])) },
			past: `from-${epoch}`,
			retired: [2 ** 40, 3],
			dueAt: null
		});

		test('every row is a moment, told newest first and page by page', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1, { at: 1 }), row(doc, 2, { author: 'bo', at: 2 }), row(doc, 3, { at: 3 })]);
			expect(await store.moments(doc, { most: 2 })).toEqual([
				{ seq: 3, author: 'ada', at: 3, bytes: 1, whole: false },
				{ seq: 2, author: 'bo', at: 2, bytes: 1, whole: false }
			]);
			expect((await store.moments(doc, { before: 2, most: 2 })).map(({ seq }) => seq)).toEqual([1]);
			expect(await stateAt(doc, 2)).toEqual([[1], [2]]);
			expect(await store.stateAt(doc, 4)).toBeNull();
			expect(await store.stateAt(doc, 0)).toBeNull();
			expect(await store.stateAt(newDoc(), 1)).toBeNull();
		});

		test('the state at a moment begins at the nearest whole one before it', async () => {
			const doc = newDoc();
			await store.append([1, 2, 3, 4, 5, 6].map((byte) => row(doc, byte)));
			await store.keepSnapshot(doc, 1, snapshot(2, 92));
			await store.keepSnapshot(doc, 1, snapshot(2, 99));
			await store.checkpoint(doc, 1, 4, new Uint8Array([94]));
			expect(await stateAt(doc, 1)).toEqual([[1]]);
			expect(await stateAt(doc, 2)).toEqual([[92]]);
			expect(await stateAt(doc, 3)).toEqual([[92], [3]]);
			const whole = (await store.moments(doc, { most: 9 })).filter((one) => one.whole);
			expect(whole.map(({ seq }) => seq)).toEqual([2]);
			expect(await stateAt(doc, 4)).toEqual([[94]]);
			expect(await stateAt(doc, 6)).toEqual([[94], [5], [6]]);
		});

		test('a packed state is kept as it comes', async () => {
			const doc = newDoc();
			const state = new Uint8Array(randomBytes(1_000_000)).fill(7, 1_000);
			const packed = pack(state);
			await store.append([row(doc, 1), row(doc, 2)]);
			await store.keepSnapshot(doc, 1, { seq: 1, author: 'bo', at: 5, packed });
			await store.stage(doc, 1, 'from-1', { seq: 1, author: 'bo', at: 5, packed });
			await store.renew(doc, renewal(1, 2, 50));
			expect((await store.moments(doc, { before: 2, most: 9 }))[0]?.bytes).toBe(packed.length);
			expect(Buffer.compare((await store.stateAt(doc, 1))?.updates[0] ?? packed, state)).toBe(0);
		});

		test('rows leave only where a checkpoint and a snapshot make up for them, and the newest never', async () => {
			const doc = newDoc();
			await store.append([1, 2, 3, 4, 5].map((byte) => row(doc, byte)));
			await store.dropRows(doc, 1, 3);
			await store.checkpoint(doc, 1, 5, new Uint8Array([95]));
			await store.dropRows(doc, 1, 3);
			expect(await seqsOf(doc)).toEqual([5, 4, 3, 2, 1]);
			await store.keepSnapshot(doc, 1, snapshot(3, 93));
			await store.keepSnapshot(doc, 1, snapshot(5, 95));
			await store.dropRows(doc, 1, 5);
			expect(await seqsOf(doc)).toEqual([5, 4, 3, 2, 1]);
			await store.dropRows(doc, 1, 3);
			expect(await seqsOf(doc)).toEqual([5, 4, 3]);
			expect((await store.moments(doc, { most: 9 })).map(({ whole }) => whole)).toEqual([true, false, true]);
			expect(await store.stateAt(doc, 2)).toBeNull();
			expect(await stateAt(doc, 3)).toEqual([[93]]);
			expect(await stateAt(doc, 4)).toEqual([[93], [4]]);
			await store.dropSnapshots(doc, 1, [3, 77]);
			expect(await store.stateAt(doc, 4)).toBeNull();
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[95]]);
		});

		test('a new epoch replaces all that was, and the numbers go on', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1), row(doc, 2)]);
			await store.keepSnapshot(doc, 1, snapshot(1, 91));
			expect(await epochsOf(doc, newDoc())).toEqual([1, 1]);
			await store.stage(doc, 1, 'from-1', snapshot(2, 92));
			expect(await store.renew(doc, renewal(1, 2, 50))).toBe(true);
			expect(await store.load(doc)).toEqual({
				epoch: 2,
				seq: 3,
				updates: [new Uint8Array([50])],
				retired: [2 ** 40, 3]
			});
			expect(await seqsOf(doc)).toEqual([3, 2]);
			expect(await stateAt(doc, 2)).toEqual([[92]]);
			expect(await stateAt(doc, 3)).toEqual([[50]]);
			expect(numbers(await store.append([row(doc, 4, { epoch: 2 })]))).toEqual([4]);
			// A checkpoint of before comes too late, and one of later does not cut off where the epoch began.
			await store.checkpoint(doc, 2, 2, new Uint8Array([9]));
			await store.checkpoint(doc, 2, 4, new Uint8Array([94]));
			expect(await stateAt(doc, 3)).toEqual([[50]]);
		});

		test('what is put aside for a renewal is seen when that is done, and goes with any other', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1), row(doc, 2), row(doc, 3)]);
			await store.keepSnapshot(doc, 1, snapshot(1, 91));
			for (const [past, byte] of [
				['mine', 71],
				['theirs', 72],
				['given-up', 73]
			] as const) {
				await store.stage(doc, 1, past, snapshot(1, byte));
				await store.stage(doc, 1, past, snapshot(2, byte));
			}
			await store.unstage(doc, 'given-up');
			expect(await stateAt(doc, 1)).toEqual([[91]]);
			expect(await stateAt(doc, 2)).toEqual([[91], [2]]);
			expect((await store.moments(doc, { most: 9 })).filter(({ whole }) => whole).map(({ seq }) => seq)).toEqual([1]);
			expect((await store.read(doc))?.snapshots).toEqual([
				{ seq: 1, author: 'bo', at: 5, state: new Uint8Array([91]) }
			]);
			// It is no snapshot that rows could rest on.
			await store.checkpoint(doc, 1, 3, new Uint8Array([93]));
			await store.dropRows(doc, 1, 2);
			expect((await store.since(doc, 0)).length).toBe(3);
			await store.renew(doc, { ...renewal(1, 3, 50), past: 'theirs' });
			await store.unstage(doc, 'theirs');
			expect(await seqsOf(doc)).toEqual([4, 2, 1]);
			expect([await stateAt(doc, 1), await stateAt(doc, 2)]).toEqual([[[72]], [[72]]]);
			await store.stage(doc, 1, 'mine', snapshot(2, 66));
			await store.stage(doc, 1, 'theirs', snapshot(3, 66));
			await store.renew(doc, { ...renewal(2, 4, 51), past: 'mine' });
			expect(await seqsOf(doc)).toEqual([5]);
		});

		test('the number of the new epoch is what its maker says', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1)]);
			expect(await store.renew(doc, { ...renewal(1, 1, 50), next: 28_425_600 })).toBe(true);
			expect(await epochsOf(doc)).toEqual([28_425_600]);
		});

		test('a document that moved on is not renewed', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1)]);
			expect(await store.renew(doc, renewal(1, 2, 50))).toBe(false);
			expect(await store.renew(doc, renewal(2, 1, 50))).toBe(false);
			expect(await store.renew(newDoc(), renewal(1, 1, 50))).toBe(false);
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[1]]);
			const both = await Promise.all([store.renew(doc, renewal(1, 1, 50)), store.renew(doc, renewal(1, 1, 51))]);
			expect(both.filter(Boolean)).toHaveLength(1);
		});

		test('nobody writes, or reads on, in an epoch that has ended; beside them others do', async () => {
			const [doc, other] = [newDoc(), newDoc()];
			await store.append([row(doc, 1), row(other, 1)]);
			await store.renew(doc, renewal(1, 1, 50));
			const results = await store.append([
				row(other, 2, { epoch: 1 }),
				row(doc, 2, { epoch: 1 }),
				row(doc, 3, { epoch: 2 }),
				row(doc, 4)
			]);
			expect(numbers(results)).toEqual([2, 'StaleEpoch', 3, 4]);
			await expect(store.since(doc, 0, 10, 1)).rejects.toThrow(StaleEpoch);
			expect(bytesOf((await store.since(doc, 2, 10, 2)).map(({ update }) => update))).toEqual([[3], [4]]);
			expect(await store.since(doc, 4, 10, 2)).toEqual([]);
		});

		test('what was computed in an epoch that has ended, or from a document that is gone, is not written', async () => {
			const [doc, gone] = [newDoc(), newDoc()];
			await store.append([1, 2, 3].map((byte) => row(doc, byte, { at: 100 })));
			expect((await store.stateAt(doc, 2))?.epoch).toBe(1);
			await store.stage(doc, 1, 'from-1', snapshot(2, 92));
			await store.renew(doc, { ...renewal(1, 3, 50), dueAt: 5_000 });
			await store.append([row(doc, 5, { epoch: 2, at: 100 })]);
			expect((await store.stateAt(doc, 2))?.epoch).toBe(2);
			await store.keepSnapshot(doc, 1, snapshot(1, 66));
			await store.keepSnapshot(doc, 1, snapshot(3, 66));
			await store.checkpoint(doc, 1, 5, new Uint8Array([66]));
			await store.dropSnapshots(doc, 1, [2, 4]);
			await store.examined(doc, 1, 5, null);
			expect(await seqsOf(doc)).toEqual([5, 4, 2]);
			expect(bytesOf((await store.load(doc)).updates)).toEqual([[50], [5]]);
			await store.checkpoint(doc, 2, 5, new Uint8Array([95]));
			await store.keepSnapshot(doc, 2, snapshot(4, 50));
			await store.dropRows(doc, 1, 4);
			expect((await store.since(doc, 0)).map(({ seq }) => seq)).toEqual([4, 5]);
			expect(await store.toExamine({ now: 5_000, restingSince: 0, most: 10_000 })).toContain(doc);
			expect(await store.toExamine({ now: 0, restingSince: 500, most: 10_000 })).toContain(doc);
			await store.append([row(gone, 1), row(gone, 2)]);
			await store.remove(gone);
			await store.keepSnapshot(gone, 1, snapshot(1, 66));
			await store.checkpoint(gone, 1, 1, new Uint8Array([66]));
			await store.examined(gone, 1, 2, 5_000);
			expect(await store.moments(gone, { most: 9 })).toEqual([]);
			expect(await store.load(gone)).toEqual(NEVER_WRITTEN);
		});

		test('a snapshot that is kept while the document is renewed is of the one epoch or of none', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1), row(doc, 2)]);
			for (let epoch = 1; epoch <= 20; epoch++) {
				const { seq } = await store.load(doc);
				const keeping = Array.from({ length: 5 }, () => store.keepSnapshot(doc, epoch, snapshot(1, 66)));
				const [renewed] = await Promise.all([store.renew(doc, renewal(epoch, seq, 50)), ...keeping]);
				expect(renewed).toBe(true);
				expect(await seqsOf(doc)).toEqual([seq + 1]);
			}
		});

		test('documents are looked after when they rest, and when they are due', async () => {
			const [resting, busy, due] = [newDoc(), newDoc(), newDoc()];
			await store.append([row(resting, 1, { at: 100 }), row(busy, 1, { at: 900 }), row(due, 1, { at: 900 })]);
			await store.examined(due, 1, 1, 2_000);
			const asked = async (now: number) => {
				const found = await store.toExamine({ now, restingSince: 500, most: 10_000 });
				return [resting, busy, due].map((doc) => found.includes(doc));
			};
			expect(await asked(1_999)).toEqual([true, false, false]);
			expect(await asked(2_000)).toEqual([true, false, true]);
			await store.examined(resting, 1, 1, null);
			await store.examined(due, 1, 1, null);
			expect(await asked(2_000)).toEqual([false, false, false]);
			await store.append([row(resting, 2, { at: 200 })]);
			expect(await asked(2_000)).toEqual([true, false, false]);
		});

		test('a document is written elsewhere as it was read, and over no other', async () => {
			const doc = newDoc();
			await store.append([row(doc, 1), row(doc, 2)]);
			await store.stage(doc, 1, 'from-1', snapshot(2, 92));
			await store.renew(doc, renewal(1, 2, 50));
			await store.append([row(doc, 4)]);
			const read = await store.read(doc);
			expect(read).toMatchObject({ doc, epoch: 2, seq: 4, retired: [2 ** 40, 3] });
			expect(await store.read(newDoc())).toBeNull();
			if (!read) throw new Error('nothing was read');
			await expect(store.write(read)).rejects.toThrow();
			const copy = newDoc();
			await store.write({ ...read, doc: copy });
			expect(await store.read(copy)).toEqual({ ...read, doc: copy });
			const listed = new Set<string>();
			for (let after = ''; ;) {
				const page = await store.documents(after, 3);
				for (const one of page) listed.add(one);
				const last = page.at(-1);
				if (last === undefined) break;
				expect(last > after).toBe(true);
				after = last;
			}
			expect([...listed]).toEqual(expect.arrayContaining([doc, copy]));
		});

		test('it says that it is well', async () => {
			expect(await store.healthy()).toBe(true);
		});
	});
}
