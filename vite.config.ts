import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { PARAGLIDE_OPTIONS } from './server/bootstrap/paraglide-options.mjs';
import { nabijDev } from './server/dev.ts';

/** Seeded, so that a failure can be run again: every random test prints the seed it used. */
const shared = { extends: true as const, test: { environment: 'node', restoreMocks: true } };

export default defineConfig({
	plugins: [paraglideVitePlugin(PARAGLIDE_OPTIONS), nabijDev(), sveltekit()],
	test: {
		// Most of the time a file waits for a process of its own: one worker, what vitest takes on two cores, would leave both idle.
		maxWorkers: 2,
		projects: [
			{
				...shared,
				test: {
					...shared.test,
					name: 'unit',
					include: ['{src,server,drizzle,bench}/**/*.test.ts', 'tests/architecture.test.ts'],
					exclude: ['src/**/*.svelte.test.ts']
				}
			},
			{
				// Runes need Svelte's browser build; nothing else may resolve that way (ws would become a stub).
				...shared,
				resolve: { conditions: ['browser'] },
				test: { ...shared.test, name: 'runes', environment: 'jsdom', include: ['src/**/*.svelte.test.ts'] }
			},
			{
				...shared,
				test: {
					...shared.test,
					name: 'integration',
					include: ['tests/{contract,integration}/**/*.test.ts'],
					testTimeout: 30_000,
					hookTimeout: 60_000
				}
			},
			{
				...shared,
				test: {
					...shared.test,
					name: 'long',
					include: ['tests/long/**/*.test.ts'],
					testTimeout: 1_200_000,
					hookTimeout: 120_000,
					fileParallelism: false
				}
			}
		]
	}
});
