import { PGlite } from '@electric-sql/pglite';
import type { NodeFS } from '@electric-sql/pglite/nodefs';
import { LastWords } from './protocol.ts';
import { SyncNodeFS } from './sync-file-system.ts';

/** The PostgreSQL inside this PGlite; a folder of another major version cannot be opened. */
export const POSTGRES_MAJOR = '18';

const LONGEST_SAID = 400;

/** Starts the database of a folder, so that what it acknowledges is on disk. */
export async function startEngine(dir: string, fileSystem: NodeFS = new SyncNodeFS(dir)): Promise<PGlite> {
	return PGlite.create({ fs: fileSystem, startParams: startParams() });
}

function startParams(): string[] {
	// -F is "never sync". The default sync method opens its files in a way that the file layer does not honour: it lost
	// rows and left folders that do not open. There is no checkpointer to keep the write-ahead log short, hence its sizes.
	const settings = [
		'fsync=on',
		'full_page_writes=on',
		'wal_sync_method=fsync',
		'shared_buffers=16MB',
		'min_wal_size=32MB',
		'max_wal_size=48MB'
	];
	return [
		...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
		...settings.flatMap((setting) => ['-c', setting])
	];
}

/** The engine has failed beyond help, as in a PANIC; from now on it answers nothing, or anything. */
export class EngineBroken extends Error {
	override readonly name = 'EngineBroken';
}

/** Runs one statement and drops what it answers; for statements of our own that return nothing. Throws EngineBroken. */
export function runQuietly(engine: PGlite, sql: string): void {
	askWhole(engine, queryMessage(sql));
}

/** What the engine answers to a batch that leaves nothing open. Throws EngineBroken. */
export function askWhole(engine: PGlite, batch: Uint8Array): Uint8Array {
	const answer = engine.execProtocolRawSync(batch);
	const words = new LastWords();
	words.note(answer);
	if (!words.areReady) throw new EngineBroken(readable(answer) || 'It answers nothing');
	return answer;
}

/** The texts within an answer, for the log. */
function readable(answer: Uint8Array): string {
	return Buffer.from(answer)
		.toString('utf8')
		.replace(/\p{C}+/gu, ' ')
		.slice(0, LONGEST_SAID)
		.trim();
}

function queryMessage(sql: string): Uint8Array {
	const text = Buffer.from(`${sql}\0`);
	const message = Buffer.alloc(5 + text.length);
	message.write('Q');
	message.writeInt32BE(4 + text.length, 1);
	text.copy(message, 5);
	return message;
}
