import { expect, test } from 'vitest';

/**
 * The PostgreSQL server for tests, or null after saying `not run: postgres`, which is a failure where CI is set: there
 * every engine must be present.
 */
export function postgresForTests(): string | null {
	const url = process.env['DATABASE_URL_TEST'];
	if (url) return url;
	console.log('not run: postgres');
	test.runIf(process.env['CI'] === 'true')('PostgreSQL is present where CI is set', () => {
		expect.fail('not run: postgres');
	});
	return null;
}
