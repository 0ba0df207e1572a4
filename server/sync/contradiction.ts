import { encode, writeAny } from 'lib0/encoding';
import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';

/** What a struct of an update is; Yjs exports no name for all of them. */
type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/**
 * Whether a struct says something else of clocks that the document knows already than what lies there. Yjs would take it for
 * known and drop it without a word: so would be lost what somebody writes whose clientID another has written with before.
 * What was deleted meanwhile cannot be compared, and contradicts nothing.
 */
export function contradicts(doc: Y.Doc, struct: Struct): boolean {
	const { client, clock } = struct.id;
	const end = Math.min(clock + struct.length, Y.getState(doc.store, client));
	if (clock >= end || !(struct instanceof Y.Item) || struct.content instanceof Y.ContentDeleted) return false;
	const held = doc.store.clients.get(client) ?? [];
	for (let at = clock, index = indexOf(held, clock); at < end; index++) {
		const there = held[index];
		if (!there) return false;
		const until = Math.min(end, there.id.clock + there.length);
		if (there instanceof Y.Item && !(there.content instanceof Y.ContentDeleted)) {
			if (at === clock && !sameHead(struct, there)) return true;
			const length = until - at;
			if (!sameContent(struct.content, at - clock, there.content, at - there.id.clock, length)) return true;
		}
		at = until;
	}
	return false;
}

/** The struct that holds the clock; they lie in order and without gaps. */
function indexOf(held: readonly Readonly<{ id: Y.ID; length: number }>[], clock: number): number {
	let low = 0;
	let high = held.length - 1;
	while (low < high) {
		const middle = (low + high) >>> 1;
		const one = held[middle];
		if (one && one.id.clock + one.length <= clock) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Whether both begin at the same place; what lies within a run follows the part before it. */
function sameHead(one: Y.Item, there: Y.Item): boolean {
	const { client, clock } = one.id;
	const origin = clock === there.id.clock ? there.origin : new Y.ID(client, clock - 1);
	if (!sameId(one.origin, origin)) return false;
	// An update leaves out what follows from the origins.
	if (one.parentSub !== null && one.parentSub !== there.parentSub) return false;
	const parent: unknown = one.parent;
	return !(parent instanceof Y.ID) || sameId(parent, (there.parent as Y.AbstractType<unknown>)._item?.id ?? null);
}

function sameId(one: Y.ID | null, other: Y.ID | null): boolean {
	return one === other || (one?.client === other?.client && one?.clock === other?.clock);
}

/** Yjs cuts through a character of two units when a run is split there, and puts a mark in the place of either half. */
function sameLetters(one: string, other: string): boolean {
	if (one === other) return true;
	for (let i = 0; i < one.length; i++) {
		if (one[i] === other[i]) continue;
		const pair = `${one[i] ?? ''}${other[i] ?? ''}`;
		if (!/^(?:\uFFFD[\uD800-\uDFFF]|[\uD800-\uDFFF]\uFFFD)$/.test(pair)) return false;
	}
	return one.length === other.length;
}

type Content = Y.Item['content'];

/** Whether both hold the same for so many clocks, each from its own offset. */
function sameContent(one: Content, from: number, other: Content, at: number, length: number): boolean {
	if (one.constructor !== other.constructor) return false;
	if (one instanceof Y.ContentString && other instanceof Y.ContentString) {
		return sameLetters(one.str.slice(from, from + length), other.str.slice(at, at + length));
	}
	if (one instanceof Y.ContentType && other instanceof Y.ContentType)
		return one.type.constructor === other.type.constructor;
	if (one instanceof Y.ContentFormat && other instanceof Y.ContentFormat) {
		return one.key === other.key && sameValues([one.value], [other.value]);
	}
	const [mine, theirs] = [valuesOf(one), valuesOf(other)];
	return sameValues(mine.slice(from, from + length), theirs.slice(at, at + length));
}

/** What can be compared of a content; of a document within the document that is how it was named. */
function valuesOf(content: Content): readonly unknown[] {
	return content instanceof Y.ContentDoc ? [[content.doc.guid, content.opts]] : content.getContent();
}

/** Whether values are the same to whoever reads them: NaN equals nothing, and yet is the same in both. */
function sameValues(some: readonly unknown[], others: readonly unknown[]): boolean {
	return equalityDeep(some, others) || Buffer.compare(encoded(some), encoded(others)) === 0;
}

function encoded(values: readonly unknown[]): Uint8Array {
	return encode((encoder) => writeAny(encoder, values as Parameters<typeof writeAny>[1]));
}
