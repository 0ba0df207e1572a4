// The product, as `npm start` runs it but for calls and the bound on one person's sockets (NABIJ_BENCH=1), with rooms for boards.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { makeOwner } from '../people.ts';
import { startProduct } from '../../tests/support/product.ts';

// Everyone is a guest of their own, so that what one person may cost holds up nobody.
const GUESTS = 210;
const variant = new URL(import.meta.url).search.slice(1);
const nodes = Number(/nodes=(\d)/.exec(variant)?.[1] ?? 1);
const grown = variant !== 'sqlite';

const docs = new Map(); // the harness' room → the document's path
const cookies = [];
let owner = null;
let env = null;

/** A database of its own for each run. */
const grownEnv = async () => {
	const name = `nabij_bench_${process.pid}`;
	const client = new pg.Client({ connectionString: process.env.DATABASE_URL_TEST });
	await client.connect();
	await client.query(`DROP DATABASE IF EXISTS ${name}`);
	await client.query(`CREATE DATABASE ${name}`);
	await client.end();
	const url = new URL(process.env.DATABASE_URL_TEST);
	url.pathname = `/${name}`;
	const bus = variant.startsWith('nodes')
		? { REDIS_URL: process.env.REDIS_URL_TEST, SECRET_KEY: 'the secret of all nodes of a bench run' }
		: {};
	return { DATABASE_URL: url.href, ...bus };
};

export default {
	async start({ dataDir }) {
		env ??= grown ? await grownEnv() : {};
		const started = [];
		const from = performance.now();
		for (let i = 0; i < nodes; i++) {
			started.push(
				await startProduct({
					dataDir: join(dataDir, String(i)),
					env: { NODE_ENV: 'production', NABIJ_BENCH: '1', ...env }
				})
			);
		}
		const bootMs = performance.now() - from;
		owner ??= await makeOwner(started[0].url);
		let turn = 0;
		let socket = 0;
		return {
			pid: started.map((one) => one.pid),
			bootMs,
			// Sockets go to the nodes in turn.
			get base() {
				return started[socket++ % nodes].url.replace(/^http/, 'ws');
			},
			get headers() {
				return { cookie: cookies.length > 0 ? cookies[turn++ % cookies.length] : owner.cookie };
			},
			async prepare(rooms) {
				for (const room of rooms) {
					const board = await owner.newBoard();
					docs.set(`/${room}`, board.sync);
					if (rooms.length > 1) continue;
					for (let i = 0; i < GUESTS; i++) cookies.push(await board.letIn(`Guest ${i}`));
				}
			},
			map: (path) => `${docs.get(path)}?nabij=1&schema=1`,
			async stop(signal = 'SIGTERM') {
				if (signal === 'SIGKILL') await Promise.all(started.map((one) => one.killServer()));
				else await Promise.all(started.map((one) => one.stop()));
				if (signal !== 'SIGKILL')
					for (let i = 0; i < nodes; i++) rmSync(join(dataDir, String(i), 'mail'), { recursive: true, force: true });
			}
		};
	}
};
