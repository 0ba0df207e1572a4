import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { examine } from './gate.ts';

/** Answers a random number below `below`. */
function seeded(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

const text = (doc: Y.Doc) => doc.getText('t');
const map = (doc: Y.Doc) => doc.getMap('m');

/** One honest change of any kind. */
function edit(doc: Y.Doc, random: (below: number) => number): void {
	const { length } = text(doc);
	const at = random(length + 1);
	switch (random(8)) {
		case 0:
		case 1:
			return text(doc).insert(at, ['a', 'words', '🙂né'][random(3)] ?? '');
		case 2:
			return text(doc).delete(
				Math.min(at, Math.max(0, length - 1)),
				Math.min(random(4), length - Math.min(at, Math.max(0, length - 1)))
			);
		case 3:
			return text(doc).format(0, Math.min(3, length), { bold: random(2) === 0 ? true : null });
		case 4:
			return text(doc).insertEmbed(at, { picture: random(5) });
		case 5:
			return void map(doc).set(`k${random(4)}`, random(2) ? [random(9), 'x'] : new Uint8Array([random(9)]));
		case 6:
			return void map(doc).set(`k${random(4)}`, random(2) ? new Y.Map([['a', random(3)]]) : new Y.Text('t'));
		default:
			return map(doc).delete(`k${random(4)}`);
	}
}

test('honest clients are never taken for forgers, whatever they bring twice, late, merged or split', () => {
	for (let seed = 1; seed <= 150; seed++) {
		const random = seeded(seed);
		const server = new Y.Doc();
		const clients = Array.from({ length: 3 }, () => new Y.Doc());
		const undo = clients.map((doc) => new Y.UndoManager([text(doc), map(doc)]));
		for (let step = 0; step < 60; step++) {
			const doc = clients[random(3)] ?? server;
			switch (random(6)) {
				case 0:
					// Some of it, all of it, or what came from others too: a step 2.
					for (const update of [Y.encodeStateAsUpdate(doc), Y.encodeStateAsUpdate(doc, Y.encodeStateVector(server))]) {
						expect(examine(server, update), `seed ${seed}`).toBe('fits');
						Y.applyUpdate(server, update);
						expect(examine(server, update), `seed ${seed}`).toBe('fits');
					}
					break;
				case 1:
					Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
					break;
				case 2:
					if (random(2)) undo[clients.indexOf(doc)]?.undo();
					else undo[clients.indexOf(doc)]?.redo();
					break;
				default:
					edit(doc, random);
			}
		}
	}
});

test('what is equal to nothing, not even to itself, contradicts nothing when it comes again', () => {
	const changes: [string, (doc: Y.Doc) => void][] = [
		['a number that is none', (doc) => map(doc).set('a', NaN)],
		['one deep in a value', (doc) => map(doc).set('a', { pos: [null, NaN, -0, { b: new Uint8Array([1]) }] })],
		['a document in the document', (doc) => map(doc).set('a', new Y.Doc({ meta: { n: NaN } }))],
		['a format', (doc) => text(doc).insert(0, 'words', { size: NaN })],
		['nothing at all', (doc) => map(doc).set('a', undefined)]
	];
	for (const [what, change] of changes) {
		const [server, client] = [new Y.Doc(), new Y.Doc()];
		change(client);
		for (let times = 0; times < 2; times++) {
			expect(examine(server, Y.encodeStateAsUpdate(client)), what).toBe('fits');
			Y.applyUpdate(server, Y.encodeStateAsUpdate(client));
		}
	}
});

test('what says something else of clocks that are known is refused, also in part', () => {
	const changes: [string, (doc: Y.Doc) => void, (doc: Y.Doc) => void][] = [
		['other letters', (doc) => text(doc).insert(0, 'abc'), (doc) => text(doc).insert(0, 'xbc')],
		['more letters', (doc) => text(doc).insert(0, 'abc'), (doc) => text(doc).insert(0, 'abd and more')],
		['another value', (doc) => map(doc).set('a', [1, 2]), (doc) => map(doc).set('a', [1, 3])],
		['another key', (doc) => map(doc).set('a', 1), (doc) => map(doc).set('b', 1)],
		['other bytes', (doc) => map(doc).set('a', new Uint8Array([1])), (doc) => map(doc).set('a', new Uint8Array([2]))],
		['another type', (doc) => map(doc).set('a', new Y.Map()), (doc) => map(doc).set('a', new Y.Text())],
		['a value for a word', (doc) => text(doc).insert(0, 'a'), (doc) => map(doc).set('a', 1)],
		['another number', (doc) => map(doc).set('a', [NaN, 1]), (doc) => map(doc).set('a', [NaN, 2])],
		['another document', (doc) => map(doc).set('a', new Y.Doc()), (doc) => map(doc).set('a', new Y.Doc())],
		['another embed', (doc) => text(doc).insertEmbed(0, { a: 1 }), (doc) => text(doc).insertEmbed(0, { a: 2 })]
	];
	for (const [what, forge, mean] of changes) {
		const [server, forger, owner] = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
		forger.clientID = owner.clientID;
		forge(forger);
		Y.applyUpdate(server, Y.encodeStateAsUpdate(forger));
		mean(owner);
		expect(examine(server, Y.encodeStateAsUpdate(owner)), what).toBe('malformed');
	}
});

test('equal words at another place are refused as well', () => {
	const [server, forger, owner] = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
	const base = new Y.Doc();
	text(base).insert(0, 'one two');
	for (const doc of [server, forger, owner]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(base));
	forger.clientID = owner.clientID;
	text(forger).insert(0, 'x');
	Y.applyUpdate(server, Y.encodeStateAsUpdate(forger));
	text(owner).insert(7, 'x');
	expect(examine(server, Y.encodeStateAsUpdate(owner))).toBe('malformed');
});
