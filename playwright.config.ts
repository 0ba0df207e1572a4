import { defineConfig } from '@playwright/test';

/** End to end: the production build through `npm start`'s own entry, one browser process a person (tests/support/person.ts). */
export default defineConfig({
	testDir: 'tests/e2e',
	testMatch: '**/*.e2e.ts',
	timeout: 90_000,
	expect: { timeout: 15_000 },
	workers: 1,
	retries: 0,
	reporter: [['list']],
	outputDir: 'test-results',
	globalSetup: './tests/e2e/setup.ts'
});
