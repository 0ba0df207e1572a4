import path from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import { rounds, runAndKill, seededChance } from '../support/killed-process.ts';
import { silent, temporaryFolder } from '../support/records.ts';

test(
	'killed under appends again and again, the log holds every acknowledged row under its number, without a gap',
	{ timeout: 300_000 },
	async () => {
		const chance = seededChance('document-log-kills');
		const file = path.join(temporaryFolder('log-kills'), 'documents.sqlite');
		const acknowledged = new Map<string, string>();
		for (let round = 1; round <= rounds(20, 5); round++) {
			const ended = await runAndKill('log-writer.ts', [file], { from: 'opened', ms: 50 + chance() * 400 });
			expect(ended, `round ${round}`).toMatchObject({ killed: true, errors: '' });
			for (const line of ended.lines) {
				const [doc, seq, byte] = line.split(' ');
				if (doc && seq && byte) acknowledged.set(`${doc} ${seq}`, byte);
			}
			const store = await openSqliteDocumentStore({ file, log: silent });
			const found = new Map<string, string>();
			for (const doc of ['document-0', 'document-1', 'document-2', 'document-3']) {
				const rows = await store.since(doc, 0);
				expect(rows.every(({ seq }, at) => seq === at + 1)).toBe(true);
				for (const { seq, update } of rows) found.set(`${doc} ${seq}`, String(update[0]));
			}
			expect([...acknowledged].filter(([row]) => !found.has(row))).toEqual([]);
			await store.close();
		}
		expect(acknowledged.size).toBeGreaterThan(100);
	}
);
