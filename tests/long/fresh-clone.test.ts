/** A newcomer's first hour: a clone, an empty home folder, an environment that misleads, and whatever Node is there. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from '../support/product.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ADDRESS = /Nabij is at (\S+)\n/;

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'nabij-fresh-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** PATH without the Node that runs this test, where the bootstrap has fetched it: the machine's own is to be tried. */
function pathOfMachine(): string {
	const { PATH = '' } = process.env;
	const rest = PATH.split(delimiter).filter((one) => !/node_modules\/(node-linux-|\.bin)/.test(one));
	return rest.some((one) => existsSync(join(one, 'npm'))) ? rest.join(delimiter) : PATH;
}

test('a clone starts with an empty home folder and NODE_ENV=production, from another folder, and the next time at once', async () => {
	const project = join(folder, 'nabij');
	const home = join(folder, 'home');
	const elsewhere = join(folder, 'elsewhere');
	for (const made of [home, elsewhere]) mkdirSync(made);
	execFileSync('git', ['clone', '-q', ROOT, project]);
	const env = {
		PATH: pathOfMachine(),
		HOME: home,
		CACHE_DIR: '',
		XDG_CACHE_HOME: '',
		NODE_ENV: 'production',
		MEDIA: 'off'
	};

	const first = launch('npm', env, { project, from: elsewhere });
	const [, url = ''] = await first.prints(ADDRESS);
	expect(first.output()).toMatch(/Installing packages .*: done in/);
	expect(first.output()).toMatch(/Building the page: done in/);
	expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
	expect(await (await fetch(`${url}/sign-up`)).text()).toContain('<form');
	first.child.kill('SIGTERM');
	expect(await first.ended).toBe(0);
	expect(execFileSync('git', ['status', '--short'], { cwd: project, encoding: 'utf8' })).toBe('');
	expect(readdirSync(elsewhere)).toEqual([]);
	expect(readdirSync(project)).toContain('data');

	// What cannot be reached is not asked for again.
	writeFileSync(join(home, '.npmrc'), 'registry=http://127.0.0.1:9/\nfetch-retries=0\n');
	const second = launch('npm', env, { project });
	const began = performance.now();
	await second.prints(ADDRESS);
	expect(performance.now() - began).toBeLessThan(30_000);
	expect(second.output()).not.toMatch(/Installing|Building|fetching/);
	second.child.kill('SIGTERM');
	expect(await second.ended).toBe(0);
});
