import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { NEVER_WRITTEN, type LoadedDocument } from '#server/ports/document-store';
import { Allowances } from './allowances.ts';
import { Audience } from './audience.ts';
import { LoggedDocument } from './logged-document.ts';
import type { Peer } from './peer.ts';

const NOTHING_KNOWN = Y.encodeStateVector(new Map());

afterEach(() => vi.restoreAllMocks());

/** Someone who only asks, and what they were answered. */
function asker(id: string, onAnswer = (): void => {}) {
	const answers: Uint8Array[] = [];
	const writeAnswer = (frames: Uint8Array): void => {
		answers.push(frames);
		onAnswer();
	};
	const peer = { person: { id }, write: () => {}, writeAnswer } as unknown as Peer;
	return { peer, answers };
}

function logged(): LoadedDocument {
	const doc = new Y.Doc();
	doc.getMap('els').set('a', 1);
	return { ...NEVER_WRITTEN, seq: 1, updates: [Y.encodeStateAsUpdate(doc)] };
}

test('a standstill of the process while somebody is answered is not put down to them', () => {
	let now = performance.now();
	vi.spyOn(performance, 'now').mockImplementation(() => now);
	const audience = new Audience(new Allowances(0.1, 1_000), 10);
	const ada = asker('ada', () => (now += 5_000));
	const document = new LoggedDocument(logged());
	for (let i = 0; i < 3; i++) {
		audience.wait(ada.peer, NOTHING_KNOWN);
		audience.answer(document);
	}
	expect(ada.answers).toHaveLength(3);
	audience.wait(ada.peer, NOTHING_KNOWN);
	expect(audience.waitMs(now)).toBe(0);
});

test('all who wait, and who comes meanwhile, are answered from one reading of the log, a turn each', async () => {
	// No turn has time for two.
	const audience = new Audience(new Allowances(0.1, 1_000), 0);
	const late = asker('late');
	const early = Array.from({ length: 15 }, (_, i) =>
		asker(`p${i}`, () => {
			if (i === 0) audience.wait(late.peer, NOTHING_KNOWN);
		})
	);
	for (const { peer } of early) audience.wait(peer, NOTHING_KNOWN);
	const load = vi.fn(() => Promise.resolve(logged()));
	expect(await audience.answerFromLog(load)).toBe(true);
	expect([...early, late].map(({ answers }) => answers.length)).toEqual(Array(16).fill(1));
	expect(load).toHaveBeenCalledOnce();
});

test('once something was sent nobody is answered from what the log held before', async () => {
	const audience = new Audience(new Allowances(0.1, 1_000), 0);
	const first = asker('first', () => audience.broadcast([Uint8Array.of(0, 0)]));
	const second = asker('second');
	for (const { peer } of [first, second]) audience.wait(peer, NOTHING_KNOWN);
	await audience.answerFromLog(() => Promise.resolve(logged()));
	expect([first.answers.length, second.answers.length]).toEqual([1, 0]);
	expect(audience.waitMs(performance.now())).toBe(0);
});
