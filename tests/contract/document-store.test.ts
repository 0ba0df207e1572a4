import path from 'node:path';
import { test } from 'vitest';
import { createPostgresDocumentStore } from '#server/adapters/postgres/document-store';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import { postgresForTests } from '../support/engines.ts';
import { freshPostgresRecords, silent, temporaryFolder } from '../support/records.ts';
import { documentStoreContract } from './document-store.ts';

documentStoreContract('SQLite', () =>
	openSqliteDocumentStore({ file: path.join(temporaryFolder('log'), 'documents.sqlite'), log: silent })
);

const server = postgresForTests();
if (server) {
	documentStoreContract('PostgreSQL', async () => {
		const records = await freshPostgresRecords(server);
		const store = createPostgresDocumentStore(records, silent);
		return { ...store, close: () => store.close().then(() => records.close()) };
	});
} else {
	test.skip('the document log on PostgreSQL');
}
