import { fork, type ChildProcess } from 'node:child_process';
import { projectPath } from '../project-path.ts';

const GUARD = projectPath('server/adapters/livekit/guard.mjs');
const KEPT_CHARACTERS = 4_000;

export type Guarded = Readonly<{
	/** Settles when the program runs, to its process id, or null where it cannot be run at all. */
	pid: Promise<number | null>;
	/** Settles when it has ended, to its exit status. */
	ended: Promise<number>;
	/** The last of what it wrote, without tokens. */
	lastWords(): string;
	/** Ends it; resolves when it is gone. */
	end(): Promise<void>;
}>;

/** Runs a program that ends with us, whatever ends us. */
export function runGuarded(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Guarded {
	const guard: ChildProcess = fork(GUARD, [program, ...args], {
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
		execArgv: [],
		// Ctrl-C in a terminal is ours to pass on, in order.
		detached: true,
		...(env ? { env } : {})
	});
	let pid: number | null = null;
	let words = '';
	const hear = (chunk: Buffer) => {
		words = (words + String(chunk)).slice(-KEPT_CHARACTERS);
	};
	guard.stdout?.on('data', hear);
	guard.stderr?.on('data', hear);
	const ended = new Promise<number>((resolve) => {
		guard.once('error', () => resolve(127));
		guard.once('exit', (status) => {
			// A guard that was itself killed has left its group behind.
			if (status === null) endGroup(pid);
			resolve(status ?? 1);
		});
	});
	const started = new Promise<number | null>((resolve) => {
		guard.once('message', (said: Readonly<{ pid: number }>) => {
			pid = said.pid;
			resolve(pid);
		});
		void ended.then(() => resolve(null));
	});
	return {
		pid: started,
		ended,
		lastWords: () => words.replaceAll(/(access_token|token)([=:"\s]+)[\w.-]+/g, '$1$2[cut]').trim(),
		async end() {
			if (guard.exitCode === null && guard.signalCode === null) guard.kill('SIGTERM');
			await ended;
		}
	};
}

function endGroup(pid: number | null): void {
	if (pid === null) return;
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// Gone already.
	}
}
