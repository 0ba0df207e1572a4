/** Work that was done in another epoch of a document and never reached the server is done again, or set aside. */
import * as Y from 'yjs';
import { freshDocument } from '../../../domain/board/fresh.ts';
import { replay } from '../../../domain/board/replay.ts';
import { PUT_IN } from './asides.ts';
import type { Aside, CopyKey } from './copy-store.ts';
import type { LocalCopy } from './local-copy.ts';
import { joinEpochs, otherEpochs, removeEpoch, type OtherEpoch } from './other-epochs.ts';
import { countOf } from './unsaved.ts';

type Carrying = Readonly<{
	/** Of the document as it is now; null where this browser keeps no copy. */
	key: CopyKey | null;
	doc: Y.Doc;
	copy: LocalCopy;
	/** What the page did in the epoch that has just ended. */
	before: OtherEpoch | null;
	/** Whether the line is still there. */
	goesOn: () => boolean;
	mayEdit: () => boolean;
	/** All that can be done again is in the document. */
	onDone: () => void;
}>;

/** Looks for work of other epochs in this browser, once the document has come; copies that have been dealt with go. */
export async function carryOver({ key, doc, copy, before, goesOn, mayEdit, onDone }: Carrying): Promise<void> {
	const found = key ? await otherEpochs(key) : [];
	if (!goesOn()) return;
	const epochs = joinEpochs(before ? [...found, before] : found);
	const left = epochs.flatMap((epoch) => doAgain(doc, epoch, mayEdit()));
	onDone();
	for (const one of left) await copy.putAside(one);
	// What was done again must be here before what it was done from goes; else a later visit does it again.
	const here = await copy.flushed();
	const done = found.filter(({ load, aside }) => here || (countOf(load) === 0 && !aside));
	if (key) await Promise.all(done.map(({ epoch }) => removeEpoch(key, epoch)));
}

/**
 * Does work of another epoch again in the document as it is now. Answers what cannot be done again, as something of its own:
 * what it was done to is gone, or this person does not write here any more.
 */
function doAgain(doc: Y.Doc, { copy, load, aside }: OtherEpoch, mayEdit: boolean): readonly Aside[] {
	const left: Aside[] = [];
	// What was set aside is of that epoch: it can be kept beside, and not be put in.
	if (aside) left.push({ ...aside, why: 'renewed' });
	if (countOf(load) === 0) return left;
	const old = new Y.Doc();
	Y.applyUpdate(old, copy);
	const { things: changed, made, since } = load;
	const gone = mayEdit ? replay(doc, old, { made, changed, since }, PUT_IN) : [...changed];
	if (gone.length > 0) {
		const only = freshDocument(old, (id) => gone.includes(id));
		left.push({ copy: Y.encodeStateAsUpdate(only), n: gone.length, why: 'renewed', kept: false });
	}
	old.destroy();
	return left;
}
