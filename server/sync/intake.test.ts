import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { NEVER_WRITTEN } from '#server/ports/document-store';
import { CLOSE } from '#domain/wire/close-codes';
import { Intake } from './intake.ts';
import { LoggedDocument } from './logged-document.ts';
import type { Peer, Received } from './peer.ts';

/** A writer that remembers what it was told. */
function writer() {
	const refused: number[] = [];
	const ended: number[] = [];
	const peer = {
		refuse: (n: number) => void refused.push(n),
		taken: () => {},
		end: (code: number) => void ended.push(code)
	} as unknown as Peer;
	let n = 0;
	const message = (update: Uint8Array, stepTwo = false): Received => ({ peer, n: ++n, stepTwo, update });
	return { peer, refused, ended, message };
}

function updatesOf(client: number, values: readonly number[]): Uint8Array[] {
	const doc = new Y.Doc();
	doc.clientID = client;
	const updates: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	for (const value of values) doc.getArray('a').push([value]);
	return updates;
}

const emptyDocument = (): LoggedDocument => new LoggedDocument(NEVER_WRITTEN);

/**
 * An update that passes the gate and that Yjs then cannot take whole: two items of two clients, each of which builds on the
 * other, so that neither can ever be placed.
 */
function tearing(): Uint8Array {
	// One struct section a client: count, client, clock, then info (origin, string content), origin's client and clock, text.
	const item = (client: number, origin: number): number[] => [1, client, 0, 0x84, origin, 0, 1, 0x78];
	return Uint8Array.of(2, ...item(9, 8), ...item(8, 9), 0);
}

test('messages of one sender in one tick become one update, and each sender’s its own', () => {
	const [ada, bo] = [writer(), writer()];
	const intake = new Intake(1_000);
	for (const update of updatesOf(1, [1, 2, 3])) intake.receive(ada.message(update));
	for (const update of updatesOf(2, [4])) intake.receive(bo.message(update));
	const written = intake.take(emptyDocument(), 1_000_000);
	expect(written?.map(({ peer, messages }) => [peer, messages.length])).toEqual([
		[ada.peer, 3],
		[bo.peer, 1]
	]);
	const reader = new Y.Doc();
	for (const { update } of written ?? []) if (update) Y.applyUpdate(reader, update);
	expect(reader.getArray('a').length).toBe(4);
	expect(intake.empty).toBe(true);
});

test('a tick takes no more than its bytes, one message always', () => {
	const ada = writer();
	const intake = new Intake(1_000);
	for (const update of updatesOf(1, [1, 2, 3])) intake.receive(ada.message(update));
	const document = emptyDocument();
	expect(intake.take(document, 1)?.[0]?.messages).toHaveLength(1);
	expect(intake.empty).toBe(false);
	expect(intake.take(document, 1_000)?.[0]?.messages).toHaveLength(2);
});

test('an update that tears the document is refused, and all else is taken once the document is whole again', () => {
	const [ada, mad, bo] = [writer(), writer(), writer()];
	const intake = new Intake(1_000);
	for (const update of updatesOf(1, [1, 2])) intake.receive(ada.message(update));
	intake.receive(mad.message(tearing()));
	for (const update of updatesOf(2, [3])) intake.receive(bo.message(update));
	const torn = emptyDocument();
	expect(intake.take(torn, 1_000_000)).toBeNull();
	expect(torn.torn).toBe(true);
	expect([ada.refused, mad.refused, bo.refused]).toEqual([[], [1], []]);
	const written = intake.take(emptyDocument(), 1_000_000) ?? [];
	expect(written.map(({ peer, update }) => [peer, update !== null])).toEqual([
		[ada.peer, true],
		[mad.peer, false],
		[bo.peer, true]
	]);
	expect(mad.refused).toEqual([1]);
});

test('what builds on a step 2 that tears waits for the next document', () => {
	const mad = writer();
	const intake = new Intake(1_000);
	intake.expect(mad.peer);
	const [first, second] = updatesOf(1, [1, 2]);
	if (!first || !second) throw new Error('two updates were made');
	intake.receive(mad.message(second));
	intake.receive(mad.message(tearing(), true));
	expect(intake.take(emptyDocument(), 1_000_000)).toBeNull();
	expect(mad.refused).toEqual([2]);
	// The room asks again once it has read the log.
	intake.expect(mad.peer);
	intake.receive(mad.message(first, true));
	const [written] = intake.take(emptyDocument(), 1_000_000) ?? [];
	expect(written?.messages.map(({ n }) => n)).toEqual([2, 3, 1]);
	expect(mad.refused).toEqual([2]);
	const reader = new Y.Doc();
	Y.applyUpdate(reader, written?.update ?? new Uint8Array());
	expect(reader.getArray('a').toArray()).toEqual([1, 2]);
});

test('what is held for a step 2 has a bound that small messages reach too', () => {
	const ada = writer();
	const intake = new Intake(10_000);
	intake.expect(ada.peer);
	const [, ...early] = updatesOf(
		1,
		Array.from({ length: 101 }, (_, i) => i)
	);
	expect(early.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(5_000);
	const document = emptyDocument();
	for (const update of early.slice(0, 30)) intake.receive(ada.message(update));
	intake.take(document, 1_000_000);
	expect(ada.ended).toEqual([]);
	for (const update of early.slice(30)) intake.receive(ada.message(update));
	intake.take(document, 1_000_000);
	expect(ada.ended[0]).toBe(CLOSE.tooLarge);
});

test('a step 2 is overdue while messages are held for it and it was not received', () => {
	const [ada, bo] = [writer(), writer()];
	const intake = new Intake(10_000);
	intake.expect(ada.peer);
	intake.expect(bo.peer);
	const [first, second] = updatesOf(1, [1, 2]);
	if (!first || !second) throw new Error('two updates were made');
	const before = performance.now();
	intake.receive(ada.message(second));
	intake.take(emptyDocument(), 1_000_000);
	expect(intake.overdue(before)).toEqual([]);
	expect(intake.overdue(Infinity)).toEqual([ada.peer]);
	// It is here, and no matter how long the commit before it takes, that is not the writer's doing.
	intake.receive(ada.message(first, true));
	expect(intake.overdue(Infinity)).toEqual([]);
});
