/**
 * A process that writes records until it is killed: `node records-writer.ts <dir> <writers>`. Says `opened`, then each
 * number once its row is acknowledged. Every fifth row comes with a second one in its transaction.
 */
import { pino } from 'pino';
import { openEmbeddedRecords } from '#server/adapters/pglite/records';

const [dir = '', writers = '1'] = process.argv.slice(2);
const records = await openEmbeddedRecords({ dir, log: pino({ level: 'silent' }) });
await records.pool.query('CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY, v text NOT NULL)');
await records.pool.query('CREATE TABLE IF NOT EXISTS b (id bigint PRIMARY KEY REFERENCES a)');
const last = await records.pool.query<{ id: number }>('SELECT coalesce(max(id), 0)::int AS id FROM a');
let next = last.rows[0]?.id ?? 0;
process.stdout.write('opened\n');

async function write(): Promise<never> {
	for (;;) {
		const id = ++next;
		const client = await records.pool.connect();
		if (id % 5 === 0) await client.query('BEGIN');
		await client.query(`INSERT INTO a VALUES ($1, 'r' || repeat('x', $2))`, [id, id % 700]);
		if (id % 5 === 0) {
			await client.query('INSERT INTO b VALUES ($1)', [id]);
			await client.query('COMMIT');
		}
		client.release();
		process.stdout.write(`${id}\n`);
	}
}
for (let i = 0; i < Number(writers); i++) void write();
