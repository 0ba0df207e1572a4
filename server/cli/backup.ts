import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline as pipe, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { askRunning } from '../adapters/system/control-socket.ts';
import { keepSecret } from '../adapters/system/secrets.ts';
import type { Config } from '../config.ts';
import { BackupDamaged, opened, type BackupHeader, type BackupLine } from '../services/backup-format.ts';
import { NotEmpty } from '../services/backups.ts';
import { CommandRefused } from './command.ts';
import { withApp } from './opened.ts';

/** How often what takes long says how far it is. */
const SAY_EVERY_MS = 2_000;

/** Writes everything into one file: from the running product where one has the data folder, else from the data itself. */
export async function backup(config: Config, [file = '']: readonly string[]): Promise<number> {
	const target = resolve(file);
	if (await exists(target)) throw new CommandRefused(`${target} is there already, and is left as it is.`);
	const part = `${target}.part`;
	try {
		const running = config.databaseUrl === null ? await askRunning(config.dataDir, 'backup') : null;
		if (running) await write(running, part);
		else await withApp(config, async (app) => write(app.backups.write(), part));
		// What was broken off on its way here has no end, and is no backup.
		const { documents } = await checkBackup(part);
		await rename(part, target);
		await sync(dirname(target));
		const { size } = await stat(target);
		console.log(`${target} has ${documents} documents and all records, ${Math.ceil(size / 1024)} KiB.`);
		console.log(
			'Not in it: mails in DATA_DIR/mail, the keys of LiveKit, the environment. Keep it as safe as the data.'
		);
		return 0;
	} catch (error) {
		await rm(part, { force: true });
		if (error instanceof BackupDamaged) throw new CommandRefused(`The backup broke off. ${error.message}`);
		throw error;
	}
}

/** Reads a file that `backup` wrote into an empty place, on either engine. The file is checked as a whole first. */
export async function restore(config: Config, [file = '']: readonly string[]): Promise<number> {
	const source = resolve(file);
	const { header, documents } = await checkBackup(source).catch((error: unknown) => {
		throw new CommandRefused(error instanceof BackupDamaged ? error.message : `${source} cannot be read.`);
	});
	const restored = await withApp(config, async ({ backups }) => {
		try {
			await backups.refuseUnlessEmpty();
		} catch (error) {
			throw error instanceof NotEmpty ? new CommandRefused(error.message) : error;
		}
		// Before the records, whose sealed links it opens.
		if (header.secret !== null && config.secretKey === null) await keepSecret(config.dataDir, header.secret);
		const say = progress(documents);
		return backups.restore(() => told(linesOf(source), say));
	});
	console.log(`${restored.documents} documents and ${restored.rows} records of ${header.at} are here.`);
	if (header.secret === null && config.secretKey === null) {
		console.log('The backup has no secret: set SECRET_KEY to what it was, or links can not be shown again.');
	}
	return 0;
}

async function write(lines: AsyncIterable<string | Buffer>, part: string): Promise<void> {
	// Whoever reads it could sign in with nothing of it, but sees every board.
	await pipeline(Readable.from(lines, { objectMode: false }), createGzip(), createWriteStream(part, { mode: 0o600 }));
	await sync(part);
}

async function sync(path: string): Promise<void> {
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Reads the whole file; throws {@link BackupDamaged} when anything about it is wrong. */
export async function checkBackup(file: string): Promise<Readonly<{ header: BackupHeader; documents: number }>> {
	let header: BackupHeader | null = null;
	let documents = 0;
	for await (const line of linesOf(file)) {
		if ('backup' in line) header = line;
		if ('document' in line) documents++;
	}
	if (!header) throw new BackupDamaged('This is no backup of Nabij.');
	return { header, documents };
}

async function* linesOf(file: string): AsyncGenerator<BackupLine> {
	try {
		// What fails is told by the last of them, which is read from here.
		yield* opened(textLines(pipe(createReadStream(file), createGunzip(), () => undefined)));
	} catch (error) {
		if (error instanceof BackupDamaged) throw error;
		throw new BackupDamaged('This is no backup of Nabij, or it is not whole.', { cause: error });
	}
}

/** Lines of any length: only what is new is looked at. */
async function* textLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let parts: string[] = [];
	for await (const chunk of bytes) {
		const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
		parts.push(first);
		for (const next of others) {
			yield parts.join('');
			parts = [next];
		}
	}
	const last = parts.join('');
	if (last !== '') yield last;
}

/** Says now and then how many documents have been read. */
function progress(all: number): (line: BackupLine) => void {
	let saidAt = performance.now();
	let documents = 0;
	return (line) => {
		if (!('document' in line)) return;
		documents++;
		if (performance.now() - saidAt < SAY_EVERY_MS) return;
		saidAt = performance.now();
		console.error(`${documents} of ${all} documents …`);
	};
}

async function* told(lines: AsyncIterable<BackupLine>, tell: (line: BackupLine) => void): AsyncGenerator<BackupLine> {
	for await (const line of lines) {
		tell(line);
		yield line;
	}
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false
	);
}
