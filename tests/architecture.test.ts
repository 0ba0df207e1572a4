import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, layerOf, refuseImport, type SourceFile } from './support/architecture.ts';

const root = path.resolve(import.meta.dirname, '..');

function sources(): SourceFile[] {
	const listed = execFileSync(
		'git',
		['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'server', 'drizzle', 'tests', 'bench'],
		{
			cwd: root,
			encoding: 'utf8'
		}
	);
	return listed
		.split('\n')
		.filter((file) => /\.(ts|svelte|mjs)$/u.test(file) && fs.existsSync(path.join(root, file)))
		.map((file) => ({ file, text: fs.readFileSync(path.join(root, file), 'utf8') }));
}

describe('who may import whom', () => {
	test('every import in the tree points the way the layers allow', () => {
		const wrong = sources().flatMap((source) =>
			importsOf(source).flatMap((target) => {
				const why = refuseImport(source.file, target);
				return why === null ? [] : [`${source.file} imports ${target.target}: ${why}`];
			})
		);
		expect(wrong).toEqual([]);
	});

	test.each([
		['src/domain/board/roles.ts', "import { app } from '#server/app';"],
		['src/domain/board/roles.ts', "import { error } from '@sveltejs/kit';"],
		['src/domain/board/roles.ts', "import fs from 'node:fs';"],
		['src/domain/team/roles.ts', "import { x } from '../../lib/ui/x.ts';"],
		['src/lib/board/x.ts', "const secret = await import('#server/config');"],
		['src/lib/board/x.ts', "import { board } from '#schema/board';"],
		['src/lib/ui/X.svelte', '<script lang="ts">import { createApp } from \'../../../server/app.ts\';</script>'],
		['src/routes/b/[board]/+page.server.ts', "import { createBoards } from '#server/services/boards';"],
		['src/routes/b/[board]/+page.svelte', "<script>import { a } from '#server/config';</script>"],
		['server/ports/bus.ts', "import pg from '#server/adapters/postgres/records';"],
		['server/services/boards.ts', "import { openMedia } from '#server/adapters/livekit/media-server';"],
		['server/services/boards.ts', "import { createSyncServer } from '../sync/server.ts';"],
		['server/adapters/redis/bus.ts', "import { createBoards } from '../../services/boards.ts';"],
		['server/main.ts', "import { createApp } from './app.ts';"],
		['bench/people.ts', "import { createApp } from '#server/app';"]
	])('a wrong import planted in %s is found: %s', (file, text) => {
		const [target] = importsOf({ file, text });
		if (!target) throw new Error('the planted import was not even seen');
		expect(refuseImport(file, target)).not.toBeNull();
	});

	test('types flow like everything else, except the App into the launcher and the page types', () => {
		const app = { target: '#server/app', typeOnly: true };
		expect(refuseImport('src/lib/x.ts', app)).not.toBeNull();
		expect(refuseImport('src/app.d.ts', app)).toBeNull();
		expect(refuseImport('server/main.ts', app)).toBeNull();
		expect(refuseImport('server/main.ts', { ...app, typeOnly: false })).not.toBeNull();
	});

	test('each file of the tree belongs to a layer', () => {
		const lost = sources().filter(({ file }) => layerOf(file) === null);
		expect(lost.map(({ file }) => file)).toEqual([]);
	});
});

describe('what reaches the browser', () => {
	const client = path.join(root, 'build/client');
	// `npm run check` may run without a build; where CI is set its absence must not look like a pass.
	test.runIf(fs.existsSync(client) || process.env['CI'] === 'true')(
		'the canary of server/config.ts is in no file of the client build',
		() => {
			const canary = 'nabij-server-only-canary';
			const config = fs.readFileSync(path.join(root, 'server/config.ts'), 'utf8');
			expect(config, 'the canary must be in server/config.ts').toContain(canary);
			const built = fs.readdirSync(path.join(root, 'build/server'), { recursive: true, encoding: 'utf8' });
			const serverHasIt = built.some((file) => {
				const full = path.join(root, 'build/server', file);
				return fs.statSync(full).isFile() && fs.readFileSync(full).includes(canary);
			});
			expect(serverHasIt, 'the canary must survive bundling on the server, or its absence here says nothing').toBe(
				true
			);
			const leaked = fs
				.readdirSync(client, { recursive: true, encoding: 'utf8' })
				.filter((file) => fs.statSync(path.join(client, file)).isFile())
				.filter((file) => fs.readFileSync(path.join(client, file)).includes(canary));
			expect(leaked).toEqual([]);
		}
	);
});

describe('the README', () => {
	test('its map names every top-level folder of the tree, and no other', () => {
		const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
		const map = /```\n(src\/[\s\S]*?)```/u.exec(readme)?.[1] ?? '';
		const named = [...map.matchAll(/^(\S+)\//gmu)].map((match) => match[1] ?? '').sort();
		const listed = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
		const folders = [
			...new Set(
				listed
					.split('\n')
					.filter((file) => file.includes('/'))
					.map((file) => file.split('/')[0] ?? '')
			)
		].sort();
		expect(named).toEqual(folders);
	});
});
