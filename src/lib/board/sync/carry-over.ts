/** Work that was done in another epoch of a document and never reached the server is done again, or set aside. */
import * as Y from 'yjs';
import { replay } from '../../../domain/board/replay.ts';
import { lostSince } from '../../../domain/board/restore.ts';
import { PUT_IN } from './asides.ts';
import type { Aside, CopyKey } from './copy-store.ts';
import { joinAsides, pastAside } from './join-asides.ts';
import { livingOf } from './living.ts';
import type { LocalCopy } from './local-copy.ts';
import { joinEpochs, otherEpochs, removeEpoch, type OtherEpoch } from './other-epochs.ts';
import { countOf } from './unsaved.ts';

type Carrying = Readonly<{
	/** Of the document as it is now; null where this browser keeps no copy. */
	key: CopyKey | null;
	doc: Y.Doc;
	/** What that document is of. */
	epoch: number;
	copy: LocalCopy;
	/** What the page did in the epoch that has just ended. */
	before: OtherEpoch | null;
	/** Whether the line is still there. */
	goesOn: () => boolean;
	mayEdit: () => boolean;
	/** All that can be done again is in the document. */
	onDone: () => void;
	/** Something is aside, of this epoch or another. */
	onAside: (waiting: Aside) => void;
}>;

/**
 * Looks for work of other epochs in this browser, once the document has come; copies that have been dealt with go. What goes
 * wrong with one of them is told, and keeps neither the others nor the board from going on: its copy stays.
 */
export async function carryOver(carrying: Carrying): Promise<void> {
	const { key, copy, before, goesOn, onDone } = carrying;
	const left: Aside[] = [];
	const dealtWith: OtherEpoch[] = [];
	try {
		const found = key ? await otherEpochs(key) : [];
		if (!goesOn()) return;
		for (const one of joinEpochs(before ? [...found, before] : found)) {
			try {
				left.push(...doAgain(one, carrying));
				if (found.some(({ epoch }) => epoch === one.epoch)) dealtWith.push(one);
			} catch (error) {
				// Other programs write too, and not all that Yjs can read can be done again.
				onError(error);
			}
		}
	} catch (error) {
		onError(error);
	}
	onDone();
	for (const one of left) await copy.putAside(one);
	// What was done again must be here before what it was done from goes; else a later visit does it again.
	const here = await copy.flushed();
	const going = dealtWith.filter(
		({ epoch, load, aside }) => here || (epoch < carrying.epoch && countOf(load) === 0 && !aside)
	);
	// A browser that keeps nothing has it in this page alone.
	const waiting = copy.aside() ?? left.reduce<Aside | null>(joinAsides, null);
	if (waiting) carrying.onAside(waiting);
	if (key) await Promise.all(going.map(({ epoch }) => removeEpoch(key, epoch).catch(onError)));
}

/** The page hears of it as of any other fault; a program without one has nobody to tell. */
const onError = (error: unknown): void => globalThis.reportError?.(error);

/**
 * Does work of another epoch again in the document as it is now. Answers what cannot be done again, as something of its own:
 * what it was done to is gone, or this person does not write here any more. Of a later epoch (the server was put back to a
 * backup) that is also all that the server had and lost: it is offered, for nobody can tell it from what was taken out since.
 */
function doAgain({ epoch, copy, load, aside }: OtherEpoch, { doc, epoch: now, mayEdit }: Carrying): readonly Aside[] {
	const isLater = epoch > now;
	const left: Aside[] = [];
	// What was set aside is of that epoch: it can be kept beside, and not be put in.
	const waiting = aside && pastAside(aside);
	if (waiting) left.push(waiting);
	if (countOf(load) === 0 && !isLater) return left;
	// Not thrown away: which words were taken out is only told by what they were.
	const old = new Y.Doc({ gc: false });
	Y.applyUpdate(old, copy);
	const undone = mayEdit() ? replay(doc, old, { ...load, changed: load.things }, PUT_IN) : [...load.things];
	const only = new Set([...undone, ...(isLater ? lostSince(doc, old) : [])]);
	old.destroy();
	const living = livingOf(copy, [...only]);
	if (living) left.push({ copy: living, n: only.size, why: isLater ? 'restored' : 'renewed', kept: false });
	return left;
}
