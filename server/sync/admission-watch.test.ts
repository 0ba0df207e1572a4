import { expect, test, vi } from 'vitest';
import pino from 'pino';
import type { Admission } from '#server/ports/access';
import { systemClock } from '#server/ports/clock';
import { AdmissionWatch } from './admission-watch.ts';

const ADMISSION: Admission = {
	person: { id: 'ada', name: 'Ada', colour: 0, guest: false, role: 'editor' },
	sessionKey: 'session',
	expiresAt: Number.MAX_SAFE_INTEGER,
	board: 'board-0000001',
	team: 'team',
	linkId: null,
	document: { id: 'board-0000001', kind: 'board', schema: 1 },
	standing: { role: 'editor', team: 'member' }
};

function watch({ onAnswer = vi.fn(), again = vi.fn(async () => ADMISSION) } = {}) {
	const onFault = vi.fn();
	const access = { admit: async () => ADMISSION, again };
	const log = pino({ level: 'silent' });
	return {
		onAnswer,
		onFault,
		again,
		watch: new AdmissionWatch(ADMISSION, { access, clock: systemClock, log, onAnswer, onFault })
	};
}

test('a fault while an answer is acted on is told, and the next question is asked all the same', async () => {
	const onAnswer = vi.fn().mockImplementationOnce(() => {
		throw new Error('a fault of ours');
	});
	const one = watch({ onAnswer });
	one.watch.ask();
	await vi.waitFor(() => expect(one.onFault).toHaveBeenCalledOnce());
	one.watch.ask();
	await vi.waitFor(() => expect(onAnswer).toHaveBeenCalledTimes(2));
	expect(one.onFault).toHaveBeenCalledOnce();
	one.watch.stop();
});

test('however often it is told to ask, one question is under way and one more waits', async () => {
	const answers: ((admission: Admission) => void)[] = [];
	const again = vi.fn(() => new Promise<Admission>((resolve) => answers.push(resolve)));
	const one = watch({ again });
	one.watch.ask();
	await vi.waitFor(() => expect(again).toHaveBeenCalledOnce());
	for (let i = 0; i < 100; i++) one.watch.ask();
	answers[0]?.(ADMISSION);
	// What was announced after the first question began is asked about anew.
	await vi.waitFor(() => expect(again).toHaveBeenCalledTimes(2));
	answers[1]?.(ADMISSION);
	await vi.waitFor(() => expect(one.onAnswer).toHaveBeenCalledTimes(2));
	expect(again).toHaveBeenCalledTimes(2);
	one.watch.stop();
});
