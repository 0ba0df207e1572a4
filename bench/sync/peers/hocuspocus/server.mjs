import { join } from 'node:path';
import { Server } from '@hocuspocus/server';

const extensions = [];
if (process.env.PERSIST === '1') {
	const { SQLite } = await import('@hocuspocus/extension-sqlite');
	extensions.push(new SQLite({ database: join(process.env.DATA_DIR, 'db.sqlite') }));
}
// defaults otherwise: debounce 2 s, maxDebounce 10 s, unloadImmediately, flushDelay 0
await new Server({ port: Number(process.env.PORT), address: '127.0.0.1', quiet: true, extensions }).listen();
