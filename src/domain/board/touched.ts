import type * as Y from 'yjs';
import { roots } from './document.ts';

/** What lies beside the elements, as one thing. */
export const BESIDE = '';

/** The things of a board that a transaction changed: elements by their ids, whichever part of them it was. */
export function touchedIn({ doc, changed }: Y.Transaction): ReadonlySet<string> {
	const els: unknown = roots(doc).els;
	const things = new Set<string>();
	for (const [type, keys] of changed) {
		if ((type as unknown) === els) for (const key of keys) things.add(key ?? BESIDE);
		else things.add(elementOf(type, els) ?? BESIDE);
	}
	return things;
}

/** Ids under which a transaction put an element where none ever was. */
export function madeIn({ doc, changed, beforeState }: Y.Transaction): ReadonlySet<string> {
	const { els } = roots(doc);
	const made = new Set<string>();
	for (const key of changed.get(els as never) ?? []) {
		const item = key === null ? undefined : els._map.get(key);
		if (!item || item.left !== null) continue;
		if (item.id.clock >= (beforeState.get(item.id.client) ?? 0)) made.add(item.parentSub ?? '');
	}
	return made;
}

/** What is asked of a Yjs type, whatever it holds. */
type Part = Readonly<{ parent: unknown; _item: Readonly<{ parentSub: string | null }> | null }>;

function elementOf(type: Part, els: unknown): string | null {
	let part: Part | null = type;
	while (part && part.parent !== els) part = part.parent as Part | null;
	return part?._item?.parentSub ?? null;
}
