import { expect, test } from 'vitest';
import { createCalls } from './calls.ts';

test('whoever asks for a look as one ends gets one that began after that', async () => {
	for (let steps = 0; steps < 12; steps++) {
		let looks = 0;
		const media = {
			get state() {
				looks++;
				return { is: 'off', why: 'nobody can be in a call' };
			}
		};
		const calls = createCalls({ media } as unknown as Parameters<typeof createCalls>[0]);
		void calls.watch();
		for (let step = 0; step < steps; step++) await null;
		const before = looks;
		await calls.watch();
		expect(looks, `asked after ${steps} steps`).toBeGreaterThan(before);
	}
});
