/** A machine with an old Node, and a registry that takes connections and never answers: given up soon, with what to do. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** A folder on PATH with npm and a Node that the bootstrap replaces, or undefined. */
const old = (process.env['PATH'] ?? '').split(delimiter).find((folder) => {
	if (!existsSync(join(folder, 'node')) || !existsSync(join(folder, 'npm'))) return false;
	const said = String(spawnSync(join(folder, 'node'), ['--version']).stdout);
	const [major = 0, minor = 0] = said.replace('v', '').split('.').map(Number);
	return major > 0 && (major < 22 || major === 23 || (major === 22 && minor < 22));
});

const replaced = old !== undefined && process.platform === 'linux';
if (!replaced) console.log('not run: stalled registry, which takes Linux and a Node on PATH that is too old');

test.runIf(replaced)('a registry that never answers is named within 90 s, with how to get a Node', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'nabij-stalled-'));
	const sockets = new Set<Socket>();
	const registry = createServer((socket) => sockets.add(socket.on('error', () => undefined).resume()));
	await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening));
	onTestFinished(() => {
		for (const socket of sockets) socket.destroy();
		registry.close();
		rmSync(folder, { recursive: true, force: true });
	});
	const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
	const began = Date.now();
	const child = spawn(join(old ?? '', 'node'), ['server/bootstrap.mjs', 'start'], {
		cwd: ROOT,
		env: {
			PATH: [old, '/usr/bin', '/bin'].join(delimiter),
			HOME: folder,
			CACHE_DIR: join(folder, 'cache'),
			DATA_DIR: join(folder, 'data'),
			npm_config_registry: `${url}/`
		}
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += String(text)));
	const status = await new Promise((ended) => child.once('close', ended));
	expect(status).toBe(1);
	expect(output).toContain(`could not be fetched from ${url}.`);
	expect(output).toMatch(/Install Node 24 from .*HTTPS_PROXY/);
	expect(Date.now() - began).toBeLessThan(90_000);
});
