import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { NEVER_WRITTEN } from '#server/ports/document-store';
import { LoggedDocument } from './logged-document.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('what other nodes wrote and overwrote takes no memory once it is in the document', async () => {
	const source = new Y.Doc();
	let row: Uint8Array = Uint8Array.of();
	source.on('update', (update: Uint8Array) => (row = update));
	const document = new LoggedDocument(NEVER_WRITTEN);
	const take = (rows: number): void => {
		for (let i = 0; i < rows; i++) {
			source.getMap('els').set('note', 'x'.repeat(2_000));
			document.arrived(document.seq + 1, row.slice());
		}
	};
	const held = (): number => {
		collectGarbage();
		return process.memoryUsage().arrayBuffers;
	};
	take(100);
	const before = held();
	take(5_000);
	// All of it would be 10 MB. What is free is given back when the engine gets to it.
	await vi.waitFor(() => expect(held() - before).toBeLessThan(2_000_000), { timeout: 10_000 });
});

/** What one client wrote in a document of its own. */
function wrote(client: number, words: string): Uint8Array {
	const doc = Object.assign(new Y.Doc(), { clientID: client });
	doc.getText('t').insert(0, words);
	return Y.encodeStateAsUpdate(doc);
}

/** Lets an update in, and answers the row that is to be committed. */
function written(document: LoggedDocument, update: Uint8Array): Uint8Array {
	const row = document.write((apply) => void apply(update));
	if (!row) throw new Error('it brought nothing new');
	return row;
}

test('a row of another node before ours that speaks of the same clocks is not taken, and the document is disputed', () => {
	const document = new LoggedDocument(NEVER_WRITTEN);
	const ours = written(document, wrote(7, 'ours'));
	expect(document.arrived(2, ours)).toEqual([]);
	expect(document.arrived(1, wrote(7, 'theirs'))).toEqual([]);
	expect([document.disputed, document.seq]).toEqual([true, 0]);
	// Nothing is taken any more, until the log has been read again.
	expect(document.arrived(3, wrote(8, 'others'))).toEqual([]);
	expect(document.seq).toBe(0);
});

test('a row of another node after ours that speaks of the same clocks does not count, and disputes nothing', () => {
	const document = new LoggedDocument(NEVER_WRITTEN);
	const vector = document.stateVector();
	const ours = written(document, wrote(7, 'ours'));
	document.arrived(1, ours);
	expect(document.arrived(2, wrote(7, 'theirs, and more'))).toEqual([]);
	expect([document.disputed, document.seq]).toEqual([false, 2]);
	expect(document.answer(vector)).toEqual(ours);
});

test('rows of our own that are read from the log before their numbers are told dispute nothing', () => {
	const document = new LoggedDocument(NEVER_WRITTEN);
	const rows = [written(document, wrote(7, 'one')), written(document, wrote(8, 'two'))];
	for (const [index, row] of rows.entries()) expect(document.arrived(index + 1, row.slice())).toEqual([]);
	for (const [index, row] of rows.entries()) expect(document.arrived(index + 1, row)).toEqual([]);
	expect([document.disputed, document.seq]).toEqual([false, 2]);
	// And they are ours no more: what follows is as any other.
	expect(document.arrived(3, wrote(7, 'theirs'))).toEqual([]);
	expect([document.disputed, document.seq]).toEqual([false, 3]);
});

test('a log that begins with a row that rests on nothing takes what comes after it', () => {
	const rows: Uint8Array[] = [];
	const writer = new Y.Doc();
	writer.on('update', (update: Uint8Array) => void rows.push(update));
	for (const word of ['one ', 'two']) writer.getText('t').insert(writer.getText('t').length, word);
	const document = new LoggedDocument({ ...NEVER_WRITTEN, seq: 1, updates: rows.slice(1) });
	written(document, wrote(7, 'somebody else'));
	written(document, Y.encodeStateAsUpdate(writer));
	const reader = new Y.Doc();
	Y.applyUpdate(reader, document.answer(Y.encodeStateVector(reader)));
	expect(reader.getText('t').toString()).toContain('one two');
});
