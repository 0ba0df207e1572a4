import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { LoggedDocument } from './logged-document.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('what other nodes wrote and overwrote takes no memory once it is in the document', () => {
	const source = new Y.Doc();
	let row: Uint8Array = Uint8Array.of();
	source.on('update', (update: Uint8Array) => (row = update));
	const document = new LoggedDocument({ seq: 0, updates: [] }, 1024 * 1024);
	const take = (rows: number): number => {
		for (let i = 0; i < rows; i++) {
			source.getMap('els').set('note', 'x'.repeat(2_000));
			document.arrived(document.seq + 1, row.slice());
		}
		collectGarbage();
		return process.memoryUsage().arrayBuffers;
	};
	const before = take(100);
	expect(take(5_000) - before).toBeLessThan(2_000_000);
});
