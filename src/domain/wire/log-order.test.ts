import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { counts, inLogOrder, NOTHING, takeRow } from './log-order.ts';

/** Answers a random number below `below`. */
function seeded(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

/** What one client wrote. */
function wrote(client: number, act: (doc: Y.Doc) => void): Uint8Array {
	const doc = Object.assign(new Y.Doc(), { clientID: client });
	act(doc);
	return Y.encodeStateAsUpdate(doc);
}

/** Collected structs of a client, as Yjs leaves them of what was in a deleted type; here nothing was. */
const collected = (client: number, length: number): Uint8Array => Uint8Array.of(1, 1, client, 0, 0, length, 0);

const known = (doc: Y.Doc) => (client: number) => Y.getState(doc.store, client);

/** The document of a log, by one of the ways there are to read it. */
function read(rows: readonly Uint8Array[], way: (typeof ways)[number]): Y.Doc {
	const doc = new Y.Doc();
	if (way === 'from bytes') Y.applyUpdate(doc, Y.mergeUpdates(inLogOrder(rows).rows));
	else if (way === 'row by row') for (const row of rows) takeRow(doc, row);
	else doc.transact(() => rows.forEach((row) => takeRow(doc, row)));
	return doc;
}

const ways = ['at once', 'row by row', 'from bytes'] as const;

/** All that can be told of a document. */
function told(doc: Y.Doc): unknown {
	doc.getMap('els');
	doc.getText('t');
	const { sv, ds } = Y.snapshot(doc);
	const deleted = [...ds.clients].map(([client, ranges]) => [client, ranges.map(({ clock, len }) => [clock, len])]);
	return { json: doc.toJSON(), vector: [...sv].sort(), deleted: deleted.sort(), waits: doc.store.pendingStructs };
}

test('a row that says what nobody said counts, and one that speaks of the same clocks as one before it does not', () => {
	const doc = new Y.Doc();
	Y.applyUpdate(
		doc,
		wrote(7, (one) => one.getText('t').insert(0, 'one'))
	);
	expect(
		counts(
			wrote(8, (two) => two.getText('t').insert(0, 'two')),
			known(doc)
		)
	).toBe(true);
	const other = wrote(7, (two) => two.getText('t').insert(0, 'two and more'));
	expect(takeRow(doc, other)).toBe(false);
	expect(doc.getText('t').toString()).toBe('one');
});

test('words whose beginning another row says to be gone make nobody’s document unreadable', () => {
	const words = wrote(7, (doc) => doc.getText('t').insert(0, 'abcdefgh'));
	const base = wrote(1, (doc) => doc.getMap('els').set('a', 1));
	for (const way of ways) {
		expect(
			read([base, collected(7, 3), words], way)
				.getText('t')
				.toString(),
			way
		).toBe('');
		expect(
			read([base, words, collected(7, 3)], way)
				.getText('t')
				.toString(),
			way
		).toBe('abcdefgh');
	}
});

test('a row that builds on what no row before it said adds nothing, and nor does what builds on that', () => {
	const rows: Uint8Array[] = [];
	const writer = new Y.Doc();
	writer.on('update', (update: Uint8Array) => void rows.push(update));
	for (const word of ['one ', 'two ', 'three']) writer.getText('t').insert(writer.getText('t').length, word);
	const [, two, three] = rows;
	const base = wrote(1, (doc) => doc.getMap('els').set('a', 1));
	const log = [base, two ?? NOTHING, three ?? NOTHING];
	expect(inLogOrder(log).rows).toEqual([base, NOTHING, NOTHING]);
	for (const way of ways) {
		expect(told(read(log, way)), way).toEqual(told(read([base], way)));
		// What was missing came after all, with all that builds on it.
		const whole = read([...log, Y.encodeStateAsUpdate(writer)], way);
		expect(whole.getText('t').toString(), way).toBe('one two three');
	}
});

/** One change of any kind, as honest as its document is. */
function scribble(doc: Y.Doc, random: (below: number) => number): void {
	const text = doc.getText('t');
	const els = doc.getMap<unknown>('els');
	const key = `k${random(4)}`;
	const inner = els.get(key);
	switch (random(7)) {
		case 0:
		case 1:
			return text.insert(random(text.length + 1), ['a', 'words', '🙂né'][random(3)] ?? '');
		case 2:
			return text.length > 0 ? text.delete(random(text.length), 1) : undefined;
		case 3:
			return void els.set(key, random(9));
		case 4:
			return void els.set(key, new Y.Map<unknown>([['txt', new Y.Text('note')]]));
		case 5:
			return els.delete(key);
		default:
			if (inner instanceof Y.Map) inner.set('pos', random(9));
	}
}

test('a log of rows that contradict each other is one document, however and from where it is read', () => {
	let contradicted = 0;
	for (let seed = 1; seed <= 40; seed++) {
		const random = seeded(seed);
		// Nodes that hear of each other's rows late, but of all before their own before they write again; clients share clientIDs.
		const nodes = Array.from({ length: 3 }, () => new Y.Doc());
		const log: Uint8Array[] = [];
		for (let step = 0; step < 40; step++) {
			const at = random(3);
			const node = nodes[at] as Y.Doc;
			const client = new Y.Doc();
			Y.applyUpdate(client, Y.encodeStateAsUpdate(node));
			client.clientID = random(9) === 0 ? 4 : 1 + random(3);
			let row: Uint8Array | null = null;
			node.once('update', (update: Uint8Array) => (row = update));
			if (random(12) === 0 && Y.getState(node.store, 4) === 0) Y.applyUpdate(node, collected(4, 1 + random(5)));
			else {
				scribble(client, random);
				Y.applyUpdate(node, Y.encodeStateAsUpdate(client, Y.encodeStateVector(node)));
			}
			if (!row) continue;
			log.push(row);
			nodes[at] = read(log, ways[random(3)] ?? 'at once');
		}
		const { rows, vector } = inLogOrder(log);
		if (rows.includes(NOTHING)) contradicted++;
		expect(vector, `seed ${seed}`).toEqual(Y.encodeStateVector(read(log, 'at once')));
		const reference = told(read(log, 'at once'));
		for (const way of ways) expect(told(read(log, way)), `seed ${seed}`).toEqual(reference);
		// And from a state that was kept on the way.
		for (const kept of [1, Math.floor(log.length / 2), log.length - 1].filter((rows) => rows > 0)) {
			const state = Y.encodeStateAsUpdate(read(log.slice(0, kept), 'at once'));
			expect(told(read([state, ...log.slice(kept)], 'at once')), `seed ${seed}, from ${kept}`).toEqual(reference);
		}
	}
	expect(contradicted).toBeGreaterThan(20);
});
