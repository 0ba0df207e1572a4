import { expect, test, vi } from 'vitest';
import type { Peer, Received } from './peer.ts';
import { Unsaved } from './unsaved.ts';

/** A message of this weight. */
const message = (bytes: number): Received => ({
	peer: {} as Peer,
	n: 1,
	stepTwo: false,
	update: new Uint8Array(bytes - 256)
});

function unsaved() {
	const heard: string[] = [];
	const hearing = { pause: vi.fn(() => heard.push('pause')), resume: vi.fn(() => heard.push('resume')) };
	return { heard, waiting: new Unsaved(hearing, 1_000) };
}

test('a socket with more than may wait is not read until half of that is gone', () => {
	const { heard, waiting } = unsaved();
	const [first, second, third] = [message(400), message(600), message(300)];
	waiting.add(first);
	waiting.add(second);
	expect(heard).toEqual([]);
	waiting.add(third);
	expect(heard).toEqual(['pause']);
	waiting.remove([first]);
	expect(heard).toEqual(['pause']);
	waiting.remove([second]);
	expect(heard).toEqual(['pause', 'resume']);
});

test('what is taken from the queue and settled later is counted off once', () => {
	const { heard, waiting } = unsaved();
	const [one, other] = [message(600), message(600)];
	waiting.add(one);
	waiting.add(other);
	for (let times = 0; times < 2; times++) waiting.remove([one]);
	waiting.remove([message(600)]);
	expect(heard).toEqual(['pause']);
	waiting.remove([other]);
	expect(heard).toEqual(['pause', 'resume']);
});
