// node bench.mjs [--peers a,b] [--wait 10: before each run wait at most so many seconds for an idle machine] [--scenarios fanout,awareness,…] [--reps 3] [--out results.json] [--set key=value …]
// a server of your own: --name mine --protocol y-websocket ( --cmd "node build/sync.js" | --url ws://127.0.0.1:1234 --pid 99 | --module ./adapter.mjs )
//                       [--persist] [--cookie "sid=…"] [--query "token=…"] [--base-path /ws] [--room-prefix p-] [--env KEY=VALUE …] [--cwd dir]
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { peers as known } from './peers.mjs';
import { report } from './lib/report.mjs';

const here = dirname(fileURLToPath(import.meta.url));
// What a peer consists of is fetched when it is first asked for, and said.
const install = (folder) => {
	if (existsSync(resolve(folder, 'node_modules')) || !existsSync(resolve(folder, 'package-lock.json'))) return;
	process.stderr.write(`installing ${folder}\n`);
	const legacy = folder.endsWith('tldraw') ? ['--legacy-peer-deps'] : [];
	execFileSync('npm', ['ci', '--no-audit', '--no-fund', ...legacy], {
		cwd: folder,
		stdio: ['ignore', 'ignore', 'inherit']
	});
};
const { values: a } = parseArgs({
	options: {
		ours: { type: 'boolean' },
		peers: { type: 'string' },
		scenarios: { type: 'string' },
		reps: { type: 'string', default: '3' },
		out: { type: 'string' },
		set: { type: 'string', multiple: true, default: [] },
		name: { type: 'string', default: 'candidate' },
		protocol: { type: 'string', default: 'y-websocket' },
		cmd: { type: 'string' },
		url: { type: 'string' },
		pid: { type: 'string' },
		module: { type: 'string' },
		persist: { type: 'boolean' },
		cookie: { type: 'string' },
		query: { type: 'string' },
		'base-path': { type: 'string' },
		'room-prefix': { type: 'string' },
		env: { type: 'string', multiple: true, default: [] },
		cwd: { type: 'string' },
		log: { type: 'boolean' },
		prof: { type: 'string' },
		wait: { type: 'string', default: '0' },
		merge: { type: 'string', multiple: true }
	}
});
const pairs = (list) => Object.fromEntries(list.map((s) => [s.slice(0, s.indexOf('=')), s.slice(s.indexOf('=') + 1)]));

const ours = (name, variant) => ({
	name,
	protocol: 'y-websocket',
	module: pathToFileURL(resolve(here, `ours.mjs`)).href + `?${variant}`,
	persist: true,
	headers: {}
});
if (a.ours) known.push(ours('nabij', 'sqlite'));
if (a.ours && process.env.DATABASE_URL_TEST) known.push(ours('nabij+postgres', 'postgres'));
if (a.ours && process.env.DATABASE_URL_TEST && process.env.REDIS_URL_TEST)
	known.push(ours('nabij 1 node', 'nodes=1'), ours('nabij 2 nodes', 'nodes=2'));

let peers =
	a.peers === 'none'
		? []
		: a.peers
			? a.peers.split(',').map(
					(n) =>
						known.find((p) => p.name === n) ??
						(() => {
							throw new Error('no peer ' + n);
						})()
				)
			: known;
if (a.cmd || a.url || a.module) {
	peers = [
		...peers,
		{
			name: a.name,
			protocol: a.protocol,
			cmd: a.cmd,
			url: a.url,
			pid: a.pid && Number(a.pid),
			module: a.module && pathToFileURL(resolve(a.module)).href,
			persist: a.persist ?? false,
			headers: a.cookie ? { Cookie: a.cookie } : {},
			query: a.query,
			basePath: a['base-path'],
			env: pairs(a.env),
			cwd: a.cwd ?? process.cwd()
		}
	];
}
install(here);
for (const p of peers) if (p.cwd && !p.module && !p.url && !p.cmd) install(p.cwd);
if (a.prof)
	peers = peers.map((p) =>
		p.argv ? { ...p, argv: ['node', '--cpu-prof', '--cpu-prof-dir=' + resolve(a.prof), ...p.argv.slice(1)] } : p
	);

const tmp = resolve(here, 'tmp');
mkdirSync(tmp, { recursive: true });
const opt = {
	tmp,
	log: a.log,
	roomPrefix: a['room-prefix'],
	...Object.fromEntries(Object.entries(pairs(a.set)).map(([k, v]) => [k, Number(v)]))
};
const all = ['fanout', 'awareness', 'alone', 'rooms', 'cold', 'storm', 'durability'];
const scenarios = a.scenarios ? a.scenarios.split(',') : all;
const reps = Number(a.reps);

const needsRestart = (p) => !p.url;
const applies = (s, p, rep) => {
	if ((s === 'cold' || s === 'durability') && (!needsRestart(p) || p.bound)) return false;
	if (s === 'storm' && p.bound && p.protocol !== 'raw') return true;
	if (s === 'durability') return rep === 0; // fifty rounds are repetitions enough
	return true;
};
let running;
for (const sig of ['SIGTERM', 'SIGINT', 'SIGHUP'])
	process.on(sig, () => {
		running?.kill('SIGTERM');
		process.exit(1);
	});
const runOne = (job) =>
	new Promise((resolve) => {
		const child = spawn('node', [resolve_('lib/run.mjs'), JSON.stringify(job)], {
			stdio: ['ignore', 'inherit', 'inherit', 'pipe']
		});
		let text = '';
		running = child;
		child.stdio[3].on('data', (d) => {
			text += d;
		});
		const timer = setTimeout(() => child.kill('SIGTERM'), 400000);
		child.on('exit', () => {
			clearTimeout(timer);
			try {
				resolve(JSON.parse(text));
			} catch {
				resolve({ ok: false, error: 'no result' });
			}
		});
	});
const busyPct = async () => {
	const read = () => readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
	const x = read();
	await new Promise((resolve) => setTimeout(resolve, 500));
	const y = read();
	return 100 - (100 * (y[3] + y[4] - x[3] - x[4])) / (y.reduce((p, c) => p + c) - x.reduce((p, c) => p + c));
};
const quiet = async (seconds) => {
	for (const end = Date.now() + seconds * 1000; Date.now() < end;) if ((await busyPct()) < 20) return;
};
const resolve_ = (p) => resolve(here, p);

const runs = (a.merge ?? []).flatMap((f) => JSON.parse(readFileSync(f)).runs);
const version = (folder, name) => {
	try {
		return JSON.parse(readFileSync(resolve_(`${folder}/node_modules/${name}/package.json`))).version;
	} catch {
		return null;
	}
};
const meta = {
	date: new Date().toISOString(),
	node: process.version,
	cpu: cpus()[0]?.model,
	cores: cpus().length,
	memGiB: Math.round(totalmem() / 2 ** 30),
	argv: process.argv.slice(2),
	versions: {
		'@y/websocket-server': version('peers/y-websocket', '@y/websocket-server'),
		'y-websocket: yjs': version('peers/y-websocket', 'yjs'),
		'y-websocket: ws': version('peers/y-websocket', 'ws'),
		'y-leveldb': version('peers/y-websocket', 'y-leveldb'),
		'@hocuspocus/server': version('peers/hocuspocus', '@hocuspocus/server'),
		'@hocuspocus/extension-sqlite': version('peers/hocuspocus', '@hocuspocus/extension-sqlite'),
		'hocuspocus: yjs': version('peers/hocuspocus', 'yjs'),
		'hocuspocus: crossws': version('peers/hocuspocus', 'crossws'),
		'@tldraw/sync-core': version('peers/tldraw', '@tldraw/sync-core'),
		'better-sqlite3': version('peers/tldraw', 'better-sqlite3'),
		'tldraw: ws': version('peers/tldraw', 'ws'),
		'raw: ws': version('.', 'ws'),
		'socket.io': version('.', 'socket.io'),
		'client: yjs': version('.', 'yjs')
	}
};
const save = () => {
	if (!a.out) return;
	mkdirSync(dirname(resolve(a.out)), { recursive: true });
	writeFileSync(a.out, JSON.stringify({ meta, summary: report(runs).summary, runs }, null, 1));
};

for (let rep = 0; rep < reps; rep++) {
	for (const scenario of scenarios) {
		for (const peer of rep % 2 ? [...peers].reverse() : peers) {
			// A B C, C B A, …
			if (!applies(scenario, peer, rep)) continue;
			const t0 = Date.now();
			await quiet(Number(a.wait));
			const o = {
				...(scenario === 'durability' && !peer.persist ? { rounds: 3 } : {}),
				...peer.opt?.[scenario],
				...opt
			};
			const r = await runOne({ peer, scenario, opt: o });
			runs.push({ peer: peer.name, scenario, rep, ...r });
			process.stderr.write(
				`${scenario} ${peer.name} rep ${rep + 1}: ${r.ok ? 'ok' : 'FAILED ' + r.error} (${((Date.now() - t0) / 1000).toFixed(1)} s)\n`
			);
			save();
		}
	}
}
console.log(report(runs).text);
save();
