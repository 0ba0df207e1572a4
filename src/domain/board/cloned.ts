import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';

/**
 * Yjs decides by `value.constructor` how a value is written, and decoding puts what stands under `__proto__` where that is
 * looked up: with such a key of its own a plain value can be read and never be written again. No board needs either.
 */
const UNWRITABLE: ReadonlySet<string> = new Set(['constructor', '__proto__']);

/** What lies deeper in a value is left out: it takes more of the stack to handle than it took to read. */
const DEEPEST = 100;

/** A value that can be put into another document: the same, but for what Yjs would not write. */
export function cloned(value: unknown, depth = 0): unknown {
	if (depth > DEEPEST) return null;
	const within = (one: unknown): unknown => cloned(one, depth + 1);
	if (value instanceof Y.XmlFragment) {
		const copy = value instanceof Y.XmlElement ? new Y.XmlElement(value.nodeName) : new Y.XmlFragment();
		for (const [key, one] of namedIn(value)) (copy as Y.XmlElement).setAttribute(key, within(one) as string);
		copy.insert(0, value.toArray().map(within).filter(Boolean) as Y.XmlElement[]);
		return copy;
	}
	if (value instanceof Y.Text) return clonedText(value);
	if (value instanceof Y.Map) {
		const copy: Y.Map<unknown> = value instanceof Y.XmlHook ? new Y.XmlHook(value.hookName) : new Y.Map();
		for (const [key, one] of namedIn(value)) copy.set(key, within(one));
		return copy;
	}
	if (value instanceof Y.Array) return Y.Array.from((value.toArray() as unknown[]).map((one) => listed(within(one))));
	if (value instanceof Y.Doc) {
		const { guid, gc, autoLoad, meta } = value;
		return new Y.Doc({ guid, gc, autoLoad, meta: plain(meta), shouldLoad: false });
	}
	return plain(value);
}

/** What a text holds at one place, and how that looks, in a form that can be put into another text. */
export function clonedRun<T extends Readonly<{ insert: unknown; attributes?: object }>>({ insert, attributes }: T) {
	return {
		// Nothing at all cannot be put in, but it has a place.
		insert: (cloned(insert) ?? {}) as string | object,
		attributes: plain(attributes ?? {}) as Record<string, unknown>
	};
}

/** Whether two values would be the same in another document. */
export function alike(one: unknown, other: unknown, depth = 0): boolean {
	if (depth > DEEPEST || one === other) return true;
	if (!(one instanceof Y.AbstractType) || !(other instanceof Y.AbstractType))
		return equalityDeep(plain(one), plain(other));
	if (one.constructor !== other.constructor) return false;
	if (one instanceof Y.Text) return equalityDeep(plain(one.toDelta()), plain((other as Y.Text).toDelta()));
	const [parts, others] = [partsOf(one), partsOf(other)];
	return parts.size === others.size && [...parts].every(([key, part]) => alike(part, others.get(key), depth + 1));
}

function clonedText(text: Y.Text): Y.Text {
	const copy = text instanceof Y.XmlText ? new Y.XmlText() : new Y.Text();
	copy.applyDelta((text.toDelta() as { insert: unknown }[]).map(clonedRun));
	for (const [key, one] of Object.entries(text.getAttributes() as object)) copy.setAttribute(key, plain(one));
	return copy;
}

/** What lies in a shared type, under names and at places. */
function partsOf(type: unknown): ReadonlyMap<string | number, unknown> {
	const list: readonly unknown[] = type instanceof Y.Array || type instanceof Y.XmlFragment ? type.toArray() : [];
	return new Map<string | number, unknown>([...list.entries(), ...namedIn(type)]);
}

function namedIn(type: unknown): readonly (readonly [string, unknown])[] {
	if (type instanceof Y.Map) return [...(type as Y.Map<unknown>).entries()];
	return type instanceof Y.XmlElement ? Object.entries(type.getAttributes()) : [];
}

/** A list takes fewer kinds of values than a map does. */
function listed(value: unknown): object | null {
	return (typeof value === 'bigint' ? Number(value) : (value ?? null)) as object | null;
}

function plain(value: unknown, depth = 0): unknown {
	if (typeof value !== 'object' || value === null || isWhole(value)) return value;
	if (depth > DEEPEST) return null;
	if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
	const kept = Object.entries(value).filter(([key]) => !UNWRITABLE.has(key));
	return Object.fromEntries(kept.map(([key, one]) => [key, plain(one, depth + 1)]));
}

/** What has no keys of its own to look at. */
const isWhole = (value: object): boolean =>
	value instanceof Uint8Array || value instanceof Y.AbstractType || value instanceof Y.Doc;
