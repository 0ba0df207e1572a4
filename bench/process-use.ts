/** What /proc says about a running process; there is no such thing outside Linux. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const NS_PER_MS = 1e6;

/** Time on a core so far, of all threads that the process has; the kernel counts it in nanoseconds. */
export function cpuMs(pid: number): number {
	const threads = readdirSync(`${procOf(pid)}/task`);
	const ns = threads.map((thread) => {
		const [onCore = ''] = readFileSync(`${procOf(pid)}/task/${thread}/schedstat`, 'utf8').split(' ');
		return Number(onCore);
	});
	return ns.reduce((sum, one) => sum + one, 0) / NS_PER_MS;
}

/** Memory that is resident now. */
export function residentMiB(pid: number): number {
	const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${procOf(pid)}/status`, 'utf8')) ?? [];
	if (kib === undefined) throw new Error(`process ${pid} has no memory`);
	return Number(kib) / 1024;
}

const LOOK_MS = 150;
const QUIET_LOOKS = 3;
const IDLE_SHARE = 0.03;
const PATIENCE_MS = 10_000;

/** Waits until the process does next to nothing, so that work of before is not counted as work of now. */
export async function untilIdle(pid: number): Promise<void> {
	const end = performance.now() + PATIENCE_MS;
	for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < end;) {
		const before = cpuMs(pid);
		await delay(LOOK_MS);
		quiet = cpuMs(pid) - before < IDLE_SHARE * LOOK_MS ? quiet + 1 : 0;
	}
}

function procOf(pid: number): string {
	if (process.platform !== 'linux') throw new Error('what a process uses is read from /proc, which only Linux has');
	return `/proc/${pid}`;
}
