import * as Y from 'yjs';

/**
 * Yjs decides by `value.constructor` how a value is written, and decoding puts what stands under `__proto__` where that is
 * looked up: with such a key of its own a plain value can be read and never be written again. No board needs either.
 */
const UNWRITABLE: ReadonlySet<string> = new Set(['constructor', '__proto__']);

/** A value that can be put into another document: the same, but for keys that Yjs would not write. */
export function cloned(value: unknown): unknown {
	if (value instanceof Y.XmlElement) {
		const copy = new Y.XmlElement(value.nodeName);
		for (const [key, one] of Object.entries(value.getAttributes())) copy.setAttribute(key, cloned(one) as string);
		copy.insert(0, value.toArray().map(cloned) as Y.XmlElement[]);
		return copy;
	}
	if (value instanceof Y.XmlFragment) {
		const copy = new Y.XmlFragment();
		copy.insert(0, value.toArray().map(cloned) as Y.XmlElement[]);
		return copy;
	}
	if (value instanceof Y.Text) return clonedText(value);
	if (value instanceof Y.Map) {
		const copy: Y.Map<unknown> = value instanceof Y.XmlHook ? new Y.XmlHook(value.hookName) : new Y.Map();
		for (const [key, one] of (value as Y.Map<unknown>).entries()) copy.set(key, cloned(one));
		return copy;
	}
	if (value instanceof Y.Array) return Y.Array.from((value.toArray() as unknown[]).map((one) => listed(cloned(one))));
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

function clonedText(text: Y.Text): Y.Text {
	const copy = text instanceof Y.XmlText ? new Y.XmlText() : new Y.Text();
	copy.applyDelta((text.toDelta() as { insert: unknown }[]).map(clonedRun));
	for (const [key, one] of Object.entries(text.getAttributes() as object)) copy.setAttribute(key, cloned(one));
	return copy;
}

/** A list takes fewer kinds of values than a map does. */
function listed(value: unknown): object | null {
	return (typeof value === 'bigint' ? Number(value) : (value ?? null)) as object | null;
}

function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
	const kept = Object.entries(value).filter(([key]) => !UNWRITABLE.has(key));
	return Object.fromEntries(kept.map(([key, one]) => [key, plain(one)]));
}
