import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { serverOptions } from './server-options.mjs';

test('this Node starts with the options of the server, the baseline compiler alone among them', () => {
	const options = serverOptions();
	expect(options).toContain('--liftoff-only');
	expect(execFileSync(process.execPath, [...options, '-p', '1'], { encoding: 'utf8' })).toBe('1\n');
});

test('an option that a Node has dropped is not given to it', () => {
	const dropped = serverOptions(() => '  --max-semi-space-size (max size of a semi-space (in MBytes))');
	expect(dropped).not.toContain('--liftoff-only');
	expect(dropped).toContain('--max-semi-space-size=8');
});
