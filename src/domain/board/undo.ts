import * as Y from 'yjs';
import { deleteElements } from './commands.ts';
import { elementMap, LOCAL, roots, SETUP } from './document.ts';
import type { ElementId } from './element.ts';
import { readElement, textOf } from './read.ts';

/** What a deed was, told from the keys it wrote; `written` are words. */
export type Deed = 'added' | 'deleted' | 'moved' | 'resized' | 'coloured' | 'reordered' | 'changed' | 'written';

export type UndoResult =
	| Readonly<{ is: 'done'; what: Deed; n: number }>
	/**
	 * Somebody else has changed it since, so taking it back would change nothing, or would hide what they wrote in what was
	 * added. It is off the list. `since` says what they did, and the Yjs client that did it; null where nothing of it is left.
	 */
	| Readonly<{ is: 'superseded'; what: Deed; since: Readonly<{ client: number; what: Deed }> | null }>
	| Readonly<{ is: 'nothing' }>;

export type Undo = Readonly<{
	/** Takes back this person's last deed, and only that one. */
	undo: () => UndoResult;
	redo: () => UndoResult;
	/**
	 * Whatever `act` does to the element is one step. The first time, right after its making without words, it belongs to that:
	 * a note and its first words come and go together.
	 */
	asOne: (id: ElementId, act: () => void) => void;
	/** What was typed in the element is a step now: its editor closed, and gives what of its own undo is left, oldest first. */
	typed: (id: ElementId, steps: readonly StackItem[]) => void;
	/** Takes an element away as if this person had never touched it: softly, and no list knows of it any more. */
	discard: (id: ElementId, now: number) => void;
	readonly canUndo: boolean;
	readonly canRedo: boolean;
	/** Hears when either list changed; answers a function that stops listening. */
	onChange: (listener: () => void) => () => void;
	destroy: () => void;
}>;

type Told = Readonly<{ what: Deed; n: number; ids: ReadonlySet<ElementId> }>;
type StackEvent = Readonly<{
	stackItem: StackItem;
	changedParentTypes: Map<Y.AbstractType<unknown>, Y.YEvent<never>[]>;
}>;
type StackItem = Y.UndoManager['undoStack'][number];

/**
 * A person's own undo on a board: deeds with origin LOCAL, one a transaction. Typing is not among them: an open editor has
 * its own undo, and what is left of that when it closes becomes one step here.
 *
 * Yjs by itself goes on to older deeds when the last one can no longer be taken back, because someone moved on. That
 * surprises: the newest item alone is offered to it, and an item that changes nothing is said to be superseded.
 */
export function createUndo(doc: Y.Doc): Undo {
	const { els } = roots(doc);
	const manager = new Y.UndoManager(els, { trackedOrigins: new Set([LOCAL]), captureTimeout: 0 });
	const told = new WeakMap<StackItem, Told>();
	/** The making of one thing without words: its first ones belong to it. */
	const blank = new WeakSet<StackItem>();
	const listeners = new Set<() => void>();
	let taking: Told | null = null;

	const onAdded = (event: unknown): void => {
		const { stackItem, changedParentTypes } = event as StackEvent;
		const what = taking ?? tell(els as Y.AbstractType<unknown>, changedParentTypes);
		told.set(stackItem, what);
		if (isBlank(doc, what)) blank.add(stackItem);
		for (const listener of listeners) listener();
	};
	manager.on('stack-item-added', onAdded);

	function take(stack: StackItem[], act: () => StackItem | null): UndoResult {
		const top = stack.at(-1);
		if (!top) return { is: 'nothing' };
		const { what, n } = told.get(top) ?? { what: 'changed', n: 1 };
		const older = stack.splice(0, stack.length - 1);
		taking = told.get(top) ?? null;
		const writer = stack === manager.undoStack && what === 'added' ? othersIn(doc, taking?.ids ?? []) : null;
		try {
			if (writer !== null) {
				stack.pop();
				return { is: 'superseded', what, since: { client: writer, what: 'written' } };
			}
			return act() ? { is: 'done', what, n } : { is: 'superseded', what, since: writtenSince(doc, top) };
		} finally {
			taking = null;
			stack.unshift(...older);
			for (const listener of listeners) listener();
		}
	}

	return {
		undo: () => take(manager.undoStack, () => manager.undo()),
		redo: () => take(manager.redoStack, () => manager.redo()),
		asOne(id, act) {
			const top = manager.undoStack.at(-1);
			const isMaking = top !== undefined && told.get(top)?.ids.has(id) === true && blank.has(top);
			const from = manager.undoStack.length - (isMaking ? 1 : 0);
			act();
			const [first, ...more] = manager.undoStack.splice(from);
			if (!first) return;
			if (more.length > 0) blank.delete(first);
			manager.undoStack.push(join(first, more));
		},
		typed(id, steps) {
			const [first, ...more] = steps;
			if (!first) return;
			const step = join(first, more);
			if (changesNothing(doc, step)) return;
			told.set(step, { what: 'written', n: 1, ids: new Set([id]) });
			manager.undoStack.push(step);
			manager.clear(false, true);
			for (const listener of listeners) listener();
		},
		discard(id, now) {
			doc.transact(() => deleteElements(doc, [id], now), SETUP);
			for (const stack of [manager.undoStack, manager.redoStack]) {
				const others = stack.filter((item) => [...(told.get(item)?.ids ?? [''])].some((one) => one !== id));
				stack.splice(0, stack.length, ...others);
			}
			for (const listener of listeners) listener();
		},
		get canUndo() {
			return manager.undoStack.length > 0;
		},
		get canRedo() {
			return manager.redoStack.length > 0;
		},
		onChange(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		destroy: () => manager.destroy()
	};
}

function isBlank(doc: Y.Doc, { what, ids }: Told): boolean {
	const [id = ''] = ids;
	return what === 'added' && ids.size === 1 && textOf(elementMap(doc, id))?.length === 0;
}

/** Puts the changes of later steps in with the first. */
function join(first: StackItem, more: readonly StackItem[]): StackItem {
	first.insertions = Y.mergeDeleteSets([first, ...more].map(({ insertions }) => insertions));
	first.deletions = Y.mergeDeleteSets([first, ...more].map(({ deletions }) => deletions));
	return first;
}

/** Whether all that was written in a step is gone again, and nothing that was there before it is missing. */
function changesNothing(doc: Y.Doc, { insertions, deletions }: StackItem): boolean {
	for (const [client, ranges] of deletions.clients)
		for (const { clock, len } of ranges)
			for (let at = clock; at < clock + len; at++) if (!Y.isDeleted(insertions, Y.createID(client, at))) return false;
	return !structsOf(doc, insertions).some((item) => stands(doc, item));
}

/** Whether it is there, be it as what Yjs made of it anew when its deletion was taken back. */
function stands({ store }: Y.Doc, item: Y.Item): boolean {
	let now: Y.Item | Y.GC = item;
	while (now instanceof Y.Item && now.redone) now = Y.getItem(store, now.redone);
	return !now.deleted;
}

/** What the ranges cover, as far as it is not collected. */
function structsOf(doc: Y.Doc, { clients }: StackItem['insertions']): Y.Item[] {
	const found: Y.Item[] = [];
	for (const [client, ranges] of clients)
		for (const { clock, len } of ranges)
			for (const struct of doc.store.clients.get(client) ?? [])
				if (struct instanceof Y.Item && struct.id.clock < clock + len && struct.id.clock + struct.length > clock)
					found.push(struct);
	return found;
}

/**
 * Another client who wrote in one of these elements, or null. Also where their words are struck out: what was brought back
 * bears the clientID of whoever brought it back, and only the words struck out tell whose it was.
 */
function othersIn(doc: Y.Doc, ids: Iterable<ElementId>): number | null {
	for (const id of ids) {
		const map = elementMap(doc, id);
		if (readElement(id, map)?.del !== 0) continue;
		for (let item = textOf(map)?._start ?? null; item; item = item.right)
			if (item.id.client !== doc.clientID) return item.id.client;
	}
	return null;
}

/** What stands now where a deed wrote values, and who wrote it: of several, the most telling. */
function writtenSince(doc: Y.Doc, deed: StackItem): Readonly<{ client: number; what: Deed }> | null {
	let found: Readonly<{ client: number; what: Deed; telling: number }> | null = null;
	for (const struct of structsOf(doc, deed.insertions)) {
		const { parent, parentSub: key } = struct;
		if (!(parent instanceof Y.Map) || key === null) continue;
		const now = parent._map.get(key);
		if (!now || now === struct || now.deleted) continue;
		const what = nameOf(new Set([key]), (parent as Y.Map<unknown>).get('del') === 0);
		const telling = TELLING.indexOf(what);
		if (!found || telling < found.telling) found = { client: now.id.client, what, telling };
	}
	return found && { client: found.client, what: found.what };
}

/** Names a deed by what it wrote: the first rule that fits, from the most telling key on. */
function tell(els: Y.AbstractType<unknown>, changed: StackEvent['changedParentTypes']): Told {
	const keys = new Set<string>();
	const ids = new Set<ElementId>();
	let shown = false;
	for (const [type, events] of changed) {
		if (type === els || type.parent !== els) continue;
		if (type._item?.parentSub) ids.add(type._item.parentSub);
		for (const event of events) {
			if (event.target !== type) continue;
			if (event instanceof Y.YMapEvent) for (const key of event.keysChanged as ReadonlySet<string>) keys.add(key);
			if (keys.has('del') && (type as Y.Map<unknown>).get('del') === 0) shown = true;
		}
	}
	return { what: nameOf(keys, shown), n: Math.max(1, ids.size), ids };
}

/** From the most telling on. */
const TELLING: readonly Deed[] = ['deleted', 'added', 'resized', 'moved', 'coloured', 'reordered', 'changed'];

function nameOf(keys: ReadonlySet<string>, shown: boolean): Deed {
	if (keys.has('del')) return shown ? 'added' : 'deleted';
	if (keys.has('size')) return 'resized';
	if (keys.has('pos') || keys.has('a') || keys.has('b')) return 'moved';
	if (keys.has('st')) return 'coloured';
	if (keys.has('z')) return 'reordered';
	return 'changed';
}
