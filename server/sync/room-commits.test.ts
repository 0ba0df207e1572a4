import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { CLOSE } from '#domain/wire/close-codes';
import { NEVER_WRITTEN } from '#server/ports/document-store';
import { Allowances } from './allowances.ts';
import { Audience } from './audience.ts';
import { Intake } from './intake.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { LoggedDocument } from './logged-document.ts';
import type { Peer } from './peer.ts';
import { RoomCommits } from './room-commits.ts';

/** What one client wrote in a document of its own. */
function wrote(client: number, words: string): Uint8Array {
	const doc = Object.assign(new Y.Doc(), { clientID: client });
	doc.getText('t').insert(0, words);
	return Y.encodeStateAsUpdate(doc);
}

/** A room at an empty document, with somebody who wrote in it and a commit that is about to take it. */
function room() {
	const heard: string[] = [];
	const peer = {
		person: { id: 'ada' },
		settled: (messages: readonly unknown[]) => void heard.push(`saved ${messages.length}`),
		refuse: () => void heard.push('refused'),
		end: (code: number) => void heard.push(`ended ${code}`)
	} as unknown as Peer;
	const here = new LoggedDocument(NEVER_WRITTEN);
	const intake = new Intake(1_000);
	const document = { here, changed: () => {}, keepCheckpoint: () => {} };
	const commits = new RoomCommits({
		clock: { now: () => 0 },
		log: { error: () => {} },
		limits: DEFAULT_LIMITS,
		queue: { offer: () => {} },
		node: 'here',
		doc: 'board-0000001',
		peers: new Set([peer]),
		document,
		intake,
		audience: new Audience(new Allowances(1, 1), 1),
		reception: { answer: () => {} },
		link: { publish: () => {}, watchHole: () => {} },
		onTorn: () => void heard.push('read again'),
		onStale: () => {},
		onFault: () => {}
	} as unknown as ConstructorParameters<typeof RoomCommits>[0]);
	intake.receive({ peer, n: 1, stepTwo: false, update: wrote(7, 'ours') });
	const take = (): number => commits.take(1_000).length;
	return { heard, here, commits, take };
}

test('a row is saved once the rows of other nodes before it are here', () => {
	const { heard, here, commits, take } = room();
	expect(take()).toBe(1);
	commits.settle([{ seq: 2 }]);
	expect([heard, commits.underway]).toEqual([[], true]);
	here.arrived(1, wrote(8, 'theirs'));
	commits.proceed();
	expect([heard, commits.underway]).toEqual([['saved 1'], false]);
});

test('a queue that asks again meanwhile is given nothing, and what waits for its place goes on waiting', () => {
	const { heard, here, commits, take } = room();
	take();
	commits.settle([{ seq: 2 }]);
	expect(take()).toBe(0);
	commits.settle([]);
	expect(heard).toEqual([]);
	here.arrived(1, wrote(8, 'theirs'));
	commits.proceed();
	expect(heard).toEqual(['saved 1']);
});

test('a row that does not count where it stands is not saved, and what it says is judged again', () => {
	const { heard, here, commits, take } = room();
	take();
	commits.settle([{ seq: 2 }]);
	here.arrived(1, wrote(7, 'theirs'));
	commits.proceed();
	expect([heard, commits.waiting]).toEqual([['read again'], true]);
});

test('a row that could not be written ends its sender, and the document is read again', () => {
	const { heard, commits, take } = room();
	take();
	commits.settle([{ error: new Error('this row cannot be stored') }]);
	expect([heard, commits.waiting]).toEqual([[`ended ${CLOSE.tryAgain}`, 'read again'], false]);
});
