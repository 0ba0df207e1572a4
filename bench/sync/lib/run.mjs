// One run in one load-generator process: node lib/run.mjs '<json job>' -> one line of JSON on fd 3 (or stdout).
import { mkdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { families } from './client.mjs';
import { startProcess } from './proc.mjs';
import * as scenarios from './scenarios.mjs';

const job = JSON.parse(process.argv[2]); // { peer, scenario, opt }
const { peer, scenario, opt } = job;
const lib = await families[peer.protocol]();
const dataDir = join(opt.tmp, `data-${process.pid}`);
mkdirSync(dataDir, { recursive: true });

const custom = peer.module ? (await import(peer.module)).default : null;
let running;
const start = async () => {
	const s = custom
		? await custom.start({ dataDir })
		: peer.url
			? { pid: peer.pid, stop: async () => {}, base: peer.url }
			: await startProcess({ argv: peer.argv, shell: peer.cmd, env: peer.env, cwd: peer.cwd, dataDir, log: opt.log });
	running = s;
	return {
		...s,
		get headers() {
			return { ...peer.headers, ...s.headers };
		}, // prepare may have filled them
		url: (room) => {
			const path = s.map?.(room) ?? room;
			const u = (s.base ?? `ws://127.0.0.1:${s.port}${peer.basePath ?? ''}`).replace(/\/$/, '') + path;
			return peer.query ? u + (u.includes('?') ? '&' : '?') + peer.query : u;
		}
	};
};

// whatever happens to this process, the server it started goes with it
for (const sig of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(sig, () => process.exit(1));
process.on('uncaughtException', (e) => {
	console.error(e);
	process.exit(1);
});
process.on('exit', () => {
	if (!peer.url)
		for (const pid of [running?.pid ?? []].flat())
			try {
				process.kill(pid, 'SIGKILL');
			} catch {}
});

let out;
try {
	const driver = lib.drivers[peer.protocol];
	const family = lib.drivers.tldraw ? 'tldraw' : 'yjs';
	out = {
		ok: true,
		result: await scenarios[scenario]({ start, driver, content: driver.content, opt: { ...opt, family }, dataDir })
	};
} catch (e) {
	out = { ok: false, error: String(e?.stack ?? e) };
}
rmSync(dataDir, { recursive: true, force: true });
const text = JSON.stringify(out);
try {
	writeSync(3, text);
} catch {
	console.log(text);
}
process.exit(0);
