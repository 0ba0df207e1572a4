/** Messages of every kind of the protocol, as they should be and as nobody should send them. */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { KIND } from '#domain/wire/kinds';
import { encodeLive } from '#domain/wire/live';
import { encodeSaved } from '#domain/wire/saved';
import { awarenessMessage, syncMessage } from './sync-client.ts';
import { madeUpdates } from './sync-fuzz.ts';

export type Chance = () => number;
const below = (chance: Chance, n: number): number => Math.floor(chance() * n);
const oneOf = <T>(chance: Chance, all: readonly T[], otherwise: T): T => all[below(chance, all.length)] ?? otherwise;

/** A document with everything in it that Yjs can write, beside a board's usual things. */
function oddUpdates(): Uint8Array[] {
	const doc = new Y.Doc();
	const updates: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	const list = doc.getArray('list');
	const text = doc.getText('text');
	const tree = doc.getXmlFragment('tree');
	list.insert(0, [1, 'two', null, true, { three: [3] }, new Uint8Array(9), new Y.Map()]);
	list.delete(1, 2);
	text.insert(0, 'bold words', { bold: true });
	text.insertEmbed(3, { image: 'x' });
	text.format(1, 5, { bold: null });
	tree.insert(0, [new Y.XmlElement('p'), new Y.XmlText('inside')]);
	doc.getMap('docs').set('below', new Y.Doc());
	tree.delete(0, 1);
	return updates;
}

/** Messages that a client may send, in an order that has none: each stands alone, whether or not what it builds on came. */
export function goodMessages(): readonly Uint8Array[] {
	const doc = new Y.Doc();
	const updates = [...madeUpdates(doc, 30), ...oddUpdates()];
	const entry = (client: number, state: unknown) => ({ client, clock: 3, state });
	return [
		...updates.map((update, i) => syncMessage(i % 5 === 0 ? 1 : 2, update)),
		syncMessage(1, Y.encodeStateAsUpdate(doc)),
		syncMessage(0, Y.encodeStateVector(doc)),
		syncMessage(0, Y.encodeStateVector(new Y.Doc())),
		awarenessMessage([entry(doc.clientID, { p: [1, 2], v: [0, 0, 9, 9], sel: ['a'] })]),
		awarenessMessage([entry(doc.clientID, null)]),
		awarenessMessage(Array.from({ length: 200 }, (_, i) => entry(i, { name: `echo ${i}` }))),
		Uint8Array.of(KIND.queryAwareness),
		Uint8Array.of(KIND.cue, 1, 2, 3),
		encodeLive({ gesture: 1, phase: 0, payload: { do: 'move', ids: ['a', 'b'] } }),
		encodeLive({ gesture: 1, phase: 1, payload: [3, 4] }),
		encodeLive({ gesture: 1, phase: 2, payload: { kept: true } }),
		encodeLive({ gesture: 2, phase: 0, payload: { do: 'draw', t: 'ink', st: { colour: 'sky' } } })
	];
}

/** Numbers at which lengths and counts go wrong. */
const HUGE = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 30_000_000] as const;

/** Says more than it holds: a length, a count or a depth that would cost who believes it. */
function boastful(chance: Chance): Uint8Array {
	const huge = oneOf<number>(chance, HUGE, 0);
	const encoder = encoding.createEncoder();
	const write = (...numbers: readonly number[]) => numbers.forEach((n) => encoding.writeVarUint(encoder, n));
	const body = (...numbers: readonly number[]): Uint8Array => {
		const inner = encoding.createEncoder();
		numbers.forEach((n) => encoding.writeVarUint(inner, n));
		return encoding.toUint8Array(inner);
	};
	switch (below(chance, 8)) {
		case 0:
			write(KIND.sync, below(chance, 3), huge, 1, 2);
			break;
		case 1:
			return syncMessage(0, body(huge, 1, 1));
		case 2:
			return syncMessage(below(chance, 2) === 0 ? 1 : 2, body(1, huge, 5, 0, 4, 1));
		case 3:
			return syncMessage(2, body(0, 1, 5, huge, 0, huge));
		case 4:
			write(KIND.awareness);
			encoding.writeVarUint8Array(encoder, body(huge, 1, 1));
			break;
		case 5:
			write(KIND.live, huge, 0);
			encoding.writeUint8Array(encoder, Uint8Array.of(oneOf(chance, [116, 117, 118, 119], 116), ...body(huge)));
			break;
		case 6:
			// An array in an array in an array.
			write(KIND.live, 1, 0);
			for (let depth = 0; depth < 20_000; depth++) encoding.writeUint8Array(encoder, Uint8Array.of(117, 1));
			break;
		default:
			return awarenessMessage([{ client: huge, clock: huge, state: 'x'.repeat(below(chance, 40_000)) }]);
	}
	return encoding.toUint8Array(encoder);
}

const random = (chance: Chance, bytes: number): Uint8Array =>
	Uint8Array.from({ length: bytes }, () => below(chance, 256));

/** The message with one to three bytes changed. */
function mutated(message: Uint8Array, chance: Chance): Uint8Array {
	const copy = message.slice();
	for (let bytes = 1 + below(chance, 3); bytes > 0; bytes--) copy[below(chance, copy.length)] = below(chance, 256);
	return copy;
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** The next message of someone who means no good, or who is broken. */
export function hostileMessage(good: readonly Uint8Array[], chance: Chance): Uint8Array {
	const message = oneOf(chance, good, new Uint8Array());
	switch (below(chance, 10)) {
		case 0:
			return random(chance, below(chance, 200));
		case 1:
			// A kind that there is, and nonsense.
			return joined(Uint8Array.of(oneOf(chance, Object.values(KIND), 0)), random(chance, below(chance, 60)));
		case 2:
			return message.slice(0, below(chance, message.length));
		case 3:
			return boastful(chance);
		case 4:
			return joined(message, oneOf(chance, good, message));
		case 5:
			return oneOf(
				chance,
				[encodeSaved(5), Uint8Array.of(KIND.auth, 0, 0), Uint8Array.of(KIND.control, 2, 123, 125)],
				message
			);
		case 6:
			return message;
		default:
			return mutated(message, chance);
	}
}
