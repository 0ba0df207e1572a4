import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { Hearing } from './hearing.ts';

test('a standstill excuses silence up to now, and none that is still to come', () => {
	const hearing = new Hearing({} as WebSocket, 1_000);
	hearing.excuse(60_000);
	expect(hearing.state(performance.now())).toBe('here');
	expect(hearing.state(performance.now() + 1_001)).toBe('gone');
});
