import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { sayParts } from './parts.ts';

function said(env: Readonly<Record<string, string>>): string {
	const config = readConfig(env, { root: resolve(import.meta.dirname, '../..'), share: false });
	const lines: string[] = [];
	const media = { state: { is: 'off', why: 'not here' }, onChange: () => () => {} } as never;
	sayParts(config, { media }, (line) => lines.push(line));
	return lines.join('\n');
}

const REDIS = { REDIS_URL: 'redis://localhost', SECRET_KEY: 'x'.repeat(32) };
const DATABASE = { DATABASE_URL: 'postgres://localhost/nabij' };
const LIVEKIT = { LIVEKIT_URL: 'ws://lk', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };

test('a start that several nodes share says what they would not share', () => {
	expect(said(REDIS)).toMatch(/without DATABASE_URL.*\n.*without LIVEKIT_URL/);
	expect(said({ ...REDIS, ...DATABASE })).toMatch(/without LIVEKIT_URL/);
	expect(said({ ...REDIS, ...LIVEKIT })).toMatch(/without DATABASE_URL/);
});

test('a start alone, one with all parts shared, and one without calls say no such thing', () => {
	for (const env of [{}, { ...REDIS, ...DATABASE, ...LIVEKIT }, { ...REDIS, ...DATABASE, MEDIA: 'off' }]) {
		expect(said(env)).not.toContain('without');
	}
});
