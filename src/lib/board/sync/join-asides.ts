/** What is set aside more than once is offered as one; and what is of an epoch that is over goes on without its past. */
import * as Y from 'yjs';
import { alike, cloned } from '../../../domain/board/cloned.ts';
import { newElementId } from '../../../domain/board/commands.ts';
import { elementMap, roots, type ElementMap } from '../../../domain/board/document.ts';
import type { Aside } from './copy-store.ts';
import { livingOf } from './living.ts';

/** Two that wait, as one. What the server once refused it would refuse again, so that reason stays. */
export function joinAsides(earlier: Aside | null, later: Aside | null): Aside | null {
	if (!earlier || !later) return earlier ?? later;
	const both = {
		n: earlier.n + later.n,
		kept: earlier.kept && later.kept,
		...(earlier.things && later.things && { things: [...new Set([...earlier.things, ...later.things])] })
	};
	if (!isPast(earlier) && !isPast(later)) {
		const why = earlier.why === 'role' ? later.why : earlier.why;
		return { ...both, why, copy: Y.mergeUpdates([earlier.copy, later.copy]) };
	}
	// Of two Y.Docs: merged, one's work would hide the other's.
	const [first, second] = [pastAside(earlier), pastAside(later)];
	if (!first || !second) return first ?? second;
	return { ...both, why: isPast(earlier) ? earlier.why : later.why, copy: sideBySide(first.copy, second.copy) };
}

/**
 * What was set aside in an epoch that is over: of the whole document only what its person touched, as far as it is known, and
 * as it could be seen. Nothing else of that epoch may go on; null when nothing of it can be kept.
 */
export function pastAside(aside: Aside): Aside | null {
	if (isPast(aside)) return aside;
	const copy = livingOf(aside.copy, aside.things);
	return copy && { ...aside, copy, why: 'renewed' };
}

const isPast = ({ why }: Aside): boolean => why === 'renewed' || why === 'restored';

/** Two versions in one document: where both have other things under one id, both are there. */
function sideBySide(one: Uint8Array, other: Uint8Array): Uint8Array {
	const [doc, more] = [new Y.Doc(), new Y.Doc()];
	Y.applyUpdate(doc, one);
	Y.applyUpdate(more, other);
	doc.transact(() => {
		for (const id of roots(more).els.keys()) {
			const [here, there] = [elementMap(doc, id), elementMap(more, id)];
			if (!there || alike(here, there)) continue;
			roots(doc).els.set(here ? newElementId() : id, cloned(there) as ElementMap);
		}
	});
	const joined = Y.encodeStateAsUpdate(doc);
	doc.destroy();
	more.destroy();
	return joined;
}
