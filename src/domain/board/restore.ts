import * as Y from 'yjs';
import { alike, cloned } from './cloned.ts';
import { elementMap, roots, type ElementMap } from './document.ts';
import type { ElementId } from './element.ts';
import { readElement } from './read.ts';
import { rewrite } from './words.ts';

export type Restored = Readonly<{
	/** How many elements are other than they were. */
	changed: number;
	/** Elements that would have changed and were left, because of who is at work in them. */
	spared: readonly ElementId[];
}>;

type Options = Readonly<{ spares: (id: ElementId) => boolean; now: number }>;

/**
 * Makes a living board what it was at another moment, in one transaction and with as little change as it takes: nothing is
 * removed for good, and what others write at the same moment stays. What is newer than the moment is hidden.
 */
export function restore(doc: Y.Doc, then: Y.Doc, { spares, now }: Options): Restored {
	const ids = new Set([...roots(doc).els.keys(), ...roots(then).els.keys()]);
	const spared: ElementId[] = [];
	let changed = 0;
	doc.transact(() => {
		restoreMeta(doc, then);
		for (const id of ids) {
			const change = changeOf(doc, then, id, now);
			if (!change) continue;
			if (spares(id)) spared.push(id);
			else {
				change();
				changed++;
			}
		}
	});
	return { changed, spared };
}

/** What could be seen at another moment, and is not there now or is otherwise. */
export function lostSince(doc: Y.Doc, then: Y.Doc): readonly ElementId[] {
	return [...roots(then).els.keys()].filter(
		(id) => isShown(id, elementMap(then, id)) && changeOf(doc, then, id, 0) !== null
	);
}

/** The background and the like. The version of the shape says how the document is written now. */
function restoreMeta(doc: Y.Doc, then: Y.Doc): void {
	const [to, from] = [roots(doc).meta, roots(then).meta];
	for (const key of new Set([...to.keys(), ...from.keys()])) {
		if (key !== 'v') setValue(to, key, from.get(key));
	}
}

/** What has to be done to one element; null: it is as it was. */
function changeOf(doc: Y.Doc, then: Y.Doc, id: ElementId, now: number): (() => void) | null {
	const [map, was] = [elementMap(doc, id), elementMap(then, id)];
	const isThere = isShown(id, map);
	if (!was || !isShown(id, was)) return map && isThere ? () => map.set('del', now) : null;
	// Purged since: it is made anew.
	if (!map) return () => roots(doc).els.set(id, cloned(was) as ElementMap);
	const keys = [...new Set([...map.keys(), ...was.keys()])].filter(
		(key) => key !== 'del' && !isAsWas(map.get(key), was.get(key))
	);
	if (keys.length === 0 && isThere) return null;
	return () => {
		for (const key of keys) setValue(map, key, was.get(key));
		if (!isThere) map.set('del', 0);
	};
}

function isShown(id: ElementId, map: ElementMap | null): boolean {
	return map !== null && readElement(id, map)?.del === 0;
}

function setValue(map: Y.Map<unknown>, key: string, wanted: unknown): void {
	const value = map.get(key);
	if (isAsWas(value, wanted)) return;
	// Somebody may be typing in it: another text in its place would take their words along.
	if (value instanceof Y.Text) rewrite(value, asText(wanted));
	else if (wanted === undefined) map.delete(key);
	else map.set(key, cloned(wanted));
}

/** What a text is to say where a moment has these words, or none. */
function asText(wanted: unknown): Y.Text {
	if (wanted instanceof Y.Text) return wanted;
	return new Y.Doc().getMap('of').set('txt', new Y.Text(typeof wanted === 'string' ? wanted : ''));
}

/** Whether the value of now is as it was, or says the same. */
function isAsWas(now: unknown, was: unknown): boolean {
	return alike(now, now instanceof Y.Text ? asText(was) : was);
}
