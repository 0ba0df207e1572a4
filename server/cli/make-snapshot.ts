/**
 * Makes drizzle/snapshot/postgres-<major>.tar.br, the empty database that a first start unpacks: `node
 * server/cli/make-snapshot.ts`. To be run again when PGlite's PostgreSQL gets a new major version. Migrations are not in
 * it; they run at every start.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { create } from 'tar';
import { POSTGRES_MAJOR, startEngine } from '#server/adapters/pglite/engine';
import { projectPath } from '#server/adapters/project-path';

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'nabij-snapshot-'));
const database = path.join(temporary, 'database');
const target = projectPath(`drizzle/snapshot/postgres-${POSTGRES_MAJOR}.tar.br`);
try {
	// Once to make it, once more for a shutdown that leaves nothing to recover.
	for (const statement of ['VACUUM FREEZE', 'CHECKPOINT']) {
		const engine = await startEngine(database);
		await engine.exec(statement);
		await engine.close();
	}
	fs.rmSync(path.join(database, 'postmaster.pid'), { force: true });
	const tar = path.join(temporary, 'database.tar');
	await create({ cwd: database, file: tar, portable: true, mtime: new Date(0) }, ['.']);
	// A third of gzip's size: the window spans the three near-identical databases of a new server.
	const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
	fs.writeFileSync(target, brotliCompressSync(fs.readFileSync(tar), { params }));
	console.log(`${target}: ${fs.statSync(target).size} bytes`);
} finally {
	fs.rmSync(temporary, { recursive: true, force: true });
}
