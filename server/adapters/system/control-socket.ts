/** How a command on the same machine asks the running product for something: a socket for this user's eyes only. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from '#server/log';

/** The kernel's bound on a socket's path, less a byte for its end. */
const PATH_BYTES = 103;
/** A question is one word on a line. */
const QUESTION_BYTES = 64;

export type Answers = Readonly<Record<string, () => AsyncIterable<string>>>;

/** In the data folder; where that lies too deep for a socket, beside other temporary things under a name of its own. */
function pathIn(dataDir: string): string {
	const path = join(resolve(dataDir), 'control.sock');
	if (Buffer.byteLength(path) <= PATH_BYTES) return path;
	const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 20);
	return join(os.tmpdir(), `nabij-${name}.sock`);
}

/** Answers questions of commands until it is closed. Only one process may have the data folder: what lies there is stale. */
export async function openControlSocket({
	dataDir,
	answers,
	log
}: Readonly<{ dataDir: string; answers: Answers; log: Log }>): Promise<Readonly<{ close(): Promise<void> }>> {
	const path = pathIn(dataDir);
	await unlink(path).catch(ignoreAbsent);
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		socket.on('error', (err) => log.debug({ err }, 'a command went away'));
		socket.setEncoding('utf8');
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		let asked = '';
		socket.on('data', (text: string) => {
			asked += text;
			const answer = asked.endsWith('\n') ? answers[asked.trim()] : undefined;
			if (answer) {
				pipeline(Readable.from(answer()), socket).catch((err: unknown) =>
					log.error({ err }, 'a command got no answer')
				);
			} else if (asked.endsWith('\n') || asked.length > QUESTION_BYTES) socket.destroy();
		});
	});
	// Nobody else may connect, not even for a moment. It is made in this same turn, so no other file gets this mode.
	const before = process.umask(0o177);
	const listening = once(server, 'listening');
	server.listen(path);
	process.umask(before);
	await listening;
	return {
		close: () =>
			new Promise((closed) => {
				for (const socket of sockets) socket.destroy();
				server.close(() => closed());
			})
	};
}

/** The answer of the product that runs on this data folder, as it comes; null when none does. */
export async function askRunning(dataDir: string, question: string): Promise<AsyncIterable<Buffer> | null> {
	const path = pathIn(dataDir);
	const found = await lstat(path).catch(ignoreAbsent);
	// Under a shared folder somebody else may have put something there.
	if (!found || found.uid !== process.getuid?.()) return null;
	const socket = connect(path);
	try {
		await once(socket, 'connect');
	} catch {
		// Left by one that was killed.
		return null;
	}
	socket.write(`${question}\n`);
	return socket;
}

function ignoreAbsent(error: unknown): undefined {
	if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
	throw error;
}
