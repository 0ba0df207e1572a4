/**
 * Stands between us and a program that knows nothing of us (LiveKit, the Go compiler): runs it in a process group of its
 * own and ends all of that group when our channel closes, which it does even by a kill -9 of ours.
 */
import { spawn } from 'node:child_process';

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
const GRACE_MS = 3000;
let ending = false;

/** @param {NodeJS.Signals} signal */
function kill(signal) {
	try {
		if (child.pid) process.kill(-child.pid, signal);
	} catch {
		// The group is gone already.
	}
}

function end() {
	if (ending) return;
	ending = true;
	kill('SIGTERM');
	setTimeout(() => kill('SIGKILL'), GRACE_MS);
}

child.on('spawn', () => process.send?.({ pid: child.pid }));
child.on('error', () => process.exit(127));
child.on('exit', (status) => {
	kill('SIGKILL');
	process.exit(status ?? 1);
});
process.on('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
