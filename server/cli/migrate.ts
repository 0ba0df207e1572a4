import type { Config } from '../config.ts';
import { withApp } from './opened.ts';

/** Brings the database to what this version needs; one that is there already is left as it is. */
export async function migrate(config: Config): Promise<number> {
	const engine = await withApp(config, async (app) => (await app.health()).database);
	const where = engine === 'postgres' ? 'at DATABASE_URL' : `in ${config.dataDir}`;
	console.log(`The database ${where} is what Nabij ${config.version} needs.`);
	return 0;
}
