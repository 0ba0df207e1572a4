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
