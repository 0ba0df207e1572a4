import { statfsSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { startEngine } from './engine.ts';
import { Session } from './session.ts';
import { Upkeep } from './upkeep.ts';

/**
 * The thread that the embedded database lives in. It is given a folder and a shared number, answers `ready`, and then
 * takes `{ port }` (a new client), and `{ close }` (checkpoint, close, exit with 0). When it looks, it says whether
 * the disk is `full` or has `room`.
 */
export type WorkerData = Readonly<{
	dir: string;
	/** When the batch under way began, in ms since 1970; 0 between batches. The watchdog reads it. */
	busySince: BigInt64Array<SharedArrayBuffer>;
}>;
export type WorkerReport = 'ready' | 'full' | 'room';
export type WorkerRequest = Readonly<{ port: MessagePort }> | Readonly<{ close: true }>;

/** What a CHECKPOINT needs for its small files, and a little more. */
const ROOM_BYTES = 4 * 2 ** 20;

const { dir, busySince } = workerData as WorkerData;
const engine = await startEngine(dir);
const sessions = new Set<Session>();
const upkeep = new Upkeep(engine, () => [...sessions].some((session) => session.midBatch), hasRoom);

parentPort?.on('message', (request: WorkerRequest) => {
	if ('port' in request) serve(request.port);
	else void close();
});
report('ready');
hasRoom();

function serve(port: MessagePort): void {
	const session = new Session({
		engine,
		port,
		onBusy: (busy) => {
			Atomics.store(busySince, 0, busy ? BigInt(Date.now()) : 0n);
			if (!busy) upkeep.noteBatch();
		},
		// Exit, not throw: the engine's state is unknown, and only a new thread starts from what is on disk.
		onFatal: () => process.exit(3)
	});
	sessions.add(session);
	port.once('close', () => sessions.delete(session));
}

function report(what: WorkerReport): void {
	parentPort?.postMessage(what);
}

function hasRoom(): boolean {
	const { bavail, bsize } = statfsSync(dir);
	const has = bavail * bsize >= ROOM_BYTES;
	report(has ? 'room' : 'full');
	return has;
}

async function close(): Promise<void> {
	upkeep.stop();
	upkeep.run();
	await engine.close();
	process.exit(0);
}
