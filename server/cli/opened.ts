import { createApp, type App } from '../app.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';

/**
 * Opens the product of this configuration, migrated, for one piece of work, and closes it again whatever becomes of that.
 * Nothing is served and no call is possible. Rejects with DataFolderInUse while a server has the data folder.
 */
export async function withApp<T>(config: Config, work: (app: App) => Promise<T>): Promise<T> {
	// Who can start programs on this machine needs no invitation. stdout is for answers, so the log goes the other way.
	const app = await createApp({ ...config, media: 'off', signUp: 'open' }, { log: createLog(config, process.stderr) });
	try {
		return await work(app);
	} finally {
		await app.close();
	}
}
