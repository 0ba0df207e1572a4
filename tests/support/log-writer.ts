/**
 * A process that appends to a document log until it is killed: `node log-writer.ts <folder>`. Says `opened`, and adds
 * `<doc> <seq> <first byte>` for each row to the file `acknowledged` in that folder once the store has answered for it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';

const [folder = ''] = process.argv.slice(2);
const store = await openSqliteDocumentStore({
	file: path.join(folder, 'documents.sqlite'),
	log: pino({ level: 'silent' })
});
const acknowledged = fs.openSync(path.join(folder, 'acknowledged'), 'a');
process.stdout.write('opened\n');

async function write(writer: number): Promise<never> {
	for (let i = 0; ; i++) {
		const rows = [0, 1, 2].map((n) => ({
			doc: `document-${(writer + n) % 4}`,
			author: 'ada',
			at: Date.now(),
			update: new Uint8Array(1 + ((i * 37) % 900)).fill((writer * 31 + i + n) % 256)
		}));
		const results = await store.append(rows);
		const said = results.map((one, n) => ('seq' in one ? `${rows[n]?.doc} ${one.seq} ${rows[n]?.update[0]}\n` : ''));
		fs.writeSync(acknowledged, said.join(''));
		// Loading then begins at the checkpoint; the rows before it stay.
		const [first] = results;
		const doc = rows[0]?.doc ?? '';
		if (i % 50 === 49 && first && 'seq' in first)
			await store.checkpoint(doc, 1, first.seq, new Uint8Array(20_000).fill(1));
	}
}
for (let writer = 0; writer < 3; writer++) void write(writer);
