import * as Y from 'yjs';
import { deleteElements } from './commands.ts';
import { LOCAL, roots, SETUP } from './document.ts';
import type { ElementId } from './element.ts';

/** What a deed was, told from the keys it wrote. */
export type Deed = 'added' | 'deleted' | 'moved' | 'resized' | 'coloured' | 'reordered' | 'changed';

export type UndoResult =
	| Readonly<{ is: 'done'; what: Deed; n: number }>
	/**
	 * Somebody else has changed it since, so taking it back would change nothing. It is off the list. `since` says what
	 * they did, and the Yjs client that did it; null where nothing of it is left.
	 */
	| Readonly<{ is: 'superseded'; what: Deed; since: Readonly<{ client: number; what: Deed }> | null }>
	| Readonly<{ is: 'nothing' }>;

export type Undo = Readonly<{
	/** Takes back this person's last deed, and only that one. */
	undo: () => UndoResult;
	redo: () => UndoResult;
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
 * A person's own undo on a board: deeds with origin LOCAL, one a transaction, never text (an open editor has its own).
 *
 * Yjs by itself goes on to older deeds when the last one can no longer be taken back, because someone moved on. That
 * surprises: the newest item alone is offered to it, and an item that changes nothing is said to be superseded.
 */
export function createUndo(doc: Y.Doc): Undo {
	const { els } = roots(doc);
	const manager = new Y.UndoManager(els, { trackedOrigins: new Set([LOCAL]), captureTimeout: 0 });
	const told = new WeakMap<StackItem, Told>();
	const listeners = new Set<() => void>();
	let taking: Told | null = null;

	const onAdded = (event: unknown): void => {
		const { stackItem, changedParentTypes } = event as StackEvent;
		told.set(stackItem, taking ?? tell(els as Y.AbstractType<unknown>, changedParentTypes));
		for (const listener of listeners) listener();
	};
	manager.on('stack-item-added', onAdded);

	function take(stack: StackItem[], act: () => StackItem | null): UndoResult {
		const top = stack.at(-1);
		if (!top) return { is: 'nothing' };
		const { what, n } = told.get(top) ?? { what: 'changed', n: 1 };
		const older = stack.splice(0, stack.length - 1);
		taking = told.get(top) ?? null;
		try {
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

/** What stands now where a deed wrote values, and who wrote it: of several, the most telling. */
function writtenSince(doc: Y.Doc, deed: StackItem): Readonly<{ client: number; what: Deed }> | null {
	let found: Readonly<{ client: number; what: Deed; telling: number }> | null = null;
	for (const [client, ranges] of deed.insertions.clients)
		for (const { clock, len } of ranges)
			for (const struct of doc.store.clients.get(client) ?? []) {
				if (!(struct instanceof Y.Item) || struct.id.clock >= clock + len || struct.id.clock + struct.length <= clock)
					continue;
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
