// Starting a server process, and what /proc says about it.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const freePort = () =>
	new Promise((resolve, reject) => {
		const s = net
			.createServer()
			.once('error', reject)
			.listen(0, '127.0.0.1', () => {
				const { port } = s.address();
				s.close(() => resolve(port));
			});
	});

const listening = (port, timeout, child) =>
	new Promise((resolve, reject) => {
		const end = Date.now() + timeout;
		const attempt = () => {
			if (child && child.exitCode !== null) return reject(new Error('server exited with ' + child.exitCode));
			const s = net.connect(port, '127.0.0.1');
			s.once('connect', () => {
				s.destroy();
				resolve();
			});
			s.once('error', () => (Date.now() > end ? reject(new Error('server did not listen')) : setTimeout(attempt, 10)));
		};
		attempt();
	});

/** Starts argv (or a shell line) with PORT and DATA_DIR in its environment and waits till it listens. */
export async function startProcess({ argv, shell, env = {}, cwd, dataDir, timeout = 30000, log = false }) {
	const port = await freePort();
	const fill = (s) => s.replaceAll('{port}', port).replaceAll('{data}', dataDir);
	const options = {
		cwd,
		env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), DATA_DIR: dataDir, ...env },
		stdio: ['ignore', log ? 'inherit' : 'ignore', log ? 'inherit' : 'ignore']
	};
	const t0 = performance.now();
	const child = shell
		? spawn('sh', ['-c', 'exec ' + fill(shell)], options)
		: spawn(argv[0], argv.slice(1).map(fill), options);
	const exited = new Promise((resolve) => child.once('exit', resolve));
	await listening(port, timeout, child);
	return {
		pid: child.pid,
		port,
		bootMs: performance.now() - t0,
		stop: async (signal = 'SIGTERM') => {
			child.kill(signal);
			const timer = setTimeout(() => child.kill('SIGKILL'), 15000);
			await exited;
			clearTimeout(timer);
		}
	};
}

const tree = (pid) => {
	const pids = [pid];
	try {
		for (const tid of readdirSync(`/proc/${pid}/task`)) {
			for (const c of readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8').trim().split(' '))
				if (c) pids.push(...tree(Number(c)));
		}
	} catch {}
	return pids;
};

/** CPU milliseconds used so far by a process (or several), its threads and its children (ns resolution from schedstat). */
export function cpuMs(pid) {
	let ns = 0;
	for (const p of [pid].flat().flatMap(tree)) {
		try {
			for (const tid of readdirSync(`/proc/${p}/task`))
				ns += Number(readFileSync(`/proc/${p}/task/${tid}/schedstat`, 'utf8').split(' ')[0]);
		} catch {}
	}
	return ns / 1e6;
}

/** Resident set now and at its peak, MB. */
export function memory(pid) {
	let rss = 0;
	let peak = 0;
	for (const p of [pid].flat().flatMap(tree)) {
		try {
			const s = readFileSync(`/proc/${p}/status`, 'utf8');
			rss += Number(/VmRSS:\s+(\d+)/.exec(s)[1]) / 1024;
			peak += Number(/VmHWM:\s+(\d+)/.exec(s)[1]) / 1024;
		} catch {}
	}
	return { rss, peak };
}

const busy = () => {
	const f = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
	return { busy: (f[0] + f[1] + f[2] + f[5] + f[6] + f[7]) * 10, steal: f[7] * 10 }; // ms at 100 Hz
};

/** Opens a measuring window; call the result to close it. */
export function measure(pid) {
	const c0 = cpuMs(pid);
	const s0 = busy();
	const g0 = process.cpuUsage();
	const e0 = performance.eventLoopUtilization();
	const t0 = performance.now();
	return () => {
		const wallMs = performance.now() - t0;
		const serverCpuMs = cpuMs(pid) - c0;
		const g = process.cpuUsage(g0);
		const genCpuMs = (g.user + g.system) / 1000;
		const s = busy();
		return {
			wallMs,
			serverCpuMs,
			serverCpuPct: (100 * serverCpuMs) / wallMs,
			genCpuPct: (100 * genCpuMs) / wallMs,
			genElu: performance.eventLoopUtilization(e0).utilization,
			// what everything else on the machine burned meanwhile, in percent of one core: the noise
			otherCpuPct: Math.max(0, (100 * (s.busy - s0.busy - serverCpuMs - genCpuMs)) / wallMs),
			stealPct: (100 * (s.steal - s0.steal)) / wallMs
		};
	};
}

/** Waits till the server has used less than 3% of a core for half a second. */
export async function idle(pid, maxMs = 40000) {
	const end = Date.now() + maxMs;
	for (let quiet = 0; quiet < 3 && Date.now() < end;) {
		const c = cpuMs(pid);
		await sleep(170);
		quiet = cpuMs(pid) - c < 5 ? quiet + 1 : 0;
	}
}
