/** The sync server in a process of its own (sync-server.ts), which a test may kill and start again on the same log. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { projectPath } from '#server/adapters/project-path';
import { createPostgresDocumentStore } from '#server/adapters/postgres/document-store';
import { openSqliteDocumentStore } from '#server/adapters/sqlite/document-store';
import type { DocumentStore } from '#server/ports/document-store';
import type { Limits } from '#server/sync/limits';
import type { BoardRole } from '#domain/board/roles';
import { freshPostgresRecords, silent, temporaryFolder } from './records.ts';

/** Where the process keeps its log. */
export type LogPlace = Readonly<{ sqlite: string } | { postgres: string }>;
export type SyncServerOptions = Readonly<{ log: LogPlace; limits?: Partial<Limits> }>;
export type MemoryBytes = Readonly<{ heap: number; rss: number }>;

export type SyncProcess = Readonly<{
	/** `ws://…/sync`, without the document. */
	base: string;
	/** Settles when it has ended, to what it said of errors. */
	ended: Promise<string>;
	/** What it holds after a collection: the heap with what lies outside of it, and the whole process. */
	memory: () => Promise<MemoryBytes>;
	/** SIGKILL, this very moment. */
	kill: () => void;
}>;

/** The cookie of somebody with that role at every document. */
export const cookieOf = (name: string, role: BoardRole = 'editor'): string => `${role}:${name}`;

/** Starts one and waits until it takes sockets. It ends with this process at the latest. */
export async function startSyncProcess(options: SyncServerOptions): Promise<SyncProcess> {
	const args = ['--expose-gc', projectPath('tests/support/sync-server.ts'), JSON.stringify(options)];
	const child: ChildProcess = spawn(process.execPath, args, {
		stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
		env: { ...process.env, NODE_OPTIONS: '' }
	});
	let errors = '';
	child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
	const ended = once(child, 'close').then(() => errors);
	const early = ended.then(() => Promise.reject(new Error(`it ended before it served:\n${errors}`)));
	early.catch(() => undefined);
	const [{ port }] = (await Promise.race([once(child, 'message'), early])) as [{ port: number }];
	return {
		base: `ws://127.0.0.1:${port}/sync`,
		ended,
		async memory() {
			child.send('memory');
			const [bytes] = (await once(child, 'message')) as [MemoryBytes];
			return bytes;
		},
		kill: () => void child.kill('SIGKILL')
	};
}

/** A log for such processes, and the way to look into it from here. */
export type LogForTest = Readonly<{ place: LogPlace; read: () => Promise<DocumentStore>; remove: () => Promise<void> }>;

export function sqliteLog(): LogForTest {
	const file = path.join(temporaryFolder('sync-log'), 'documents.sqlite');
	return {
		place: { sqlite: file },
		read: () => openSqliteDocumentStore({ file, log: silent }),
		remove: async () => undefined
	};
}

export async function postgresLog(server: string): Promise<LogForTest> {
	const records = await freshPostgresRecords(server);
	return {
		place: { postgres: records.databaseUrl },
		read: async () => createPostgresDocumentStore(records, silent),
		remove: () => records.close()
	};
}
