/**
 * A process that appends to a document log until it is killed: `node log-writer.ts <file>`. Says `opened`, then
 * `<doc> <seq> <first byte>` for each row once it is acknowledged.
 */
import { pino } from 'pino';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';

const [file = ''] = process.argv.slice(2);
const store = await openSqliteDocumentStore({ file, log: pino({ level: 'silent' }) });
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
		process.stdout.write(said.join(''));
	}
}
for (let writer = 0; writer < 3; writer++) void write(writer);
