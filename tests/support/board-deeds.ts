/** What people do at a board, at random and through the real commands. */
import type * as Y from 'yjs';
import * as command from '#domain/board/commands';
import { elementMap, LOCAL, roots } from '#domain/board/document';
import type { ElementId } from '#domain/board/element';
import { textOf } from '#domain/board/read';
import type { Undo } from '#domain/board/undo';

export type Hands = Readonly<{ doc: Y.Doc; undo: Undo; name: string }>;

/** Whoever types has an undo of their own: it is no deed of the board's. */
const TYPING = 'typing';

/** One deed of this person, on whatever is on their board. `most`: with so many elements there, none is added. */
export function doSomething({ doc, undo, name }: Hands, chance: () => number, most = Infinity): void {
	const below = (n: number): number => Math.floor(chance() * n);
	const at = (): readonly [number, number] => [below(4_000), below(4_000)];
	const all = [...roots(doc).els.keys()];
	const some = (): readonly ElementId[] => Array.from({ length: 1 + below(4) }, () => all[below(all.length)] ?? '');
	const [id = ''] = some();
	if (all.length === 0 || (chance() < 0.15 && all.length < most)) return add({ doc, undo, name }, chance);
	const deeds: readonly (() => unknown)[] = [
		() => command.moveElements(doc, some(), below(200) - 100, below(200) - 100),
		() => command.resizeElements(doc, new Map(some().map((one) => [one, [...at(), 1 + below(500), 1 + below(500)]]))),
		() => command.colourElements(doc, some(), (['mint', 'sky', 'coral', 'none'] as const)[below(4)] ?? 'sand'),
		() => command.deleteElements(doc, some(), Date.now()),
		() => command.restoreElements(doc, some()),
		() => command.bringToFront(doc, some()),
		() => command.sendToBack(doc, some()),
		() => command.moveEnd(doc, id, chance() < 0.5 ? 'a' : 'b', { el: id, pt: at() }),
		() => type(doc, id, chance),
		() => type(doc, id, chance),
		() => undo.undo(),
		() => undo.redo()
	];
	deeds[below(deeds.length)]?.();
}

function add({ doc, name }: Hands, chance: () => number): void {
	const at = [Math.floor(chance() * 4_000), Math.floor(chance() * 4_000)] as const;
	const hand = { by: name, now: Date.now() };
	const drafts: readonly command.Draft[] = [
		{ t: 'note', at, text: `by ${name}` },
		{ t: 'text', at, fontSize: 21 },
		{ t: 'shape', at, size: [100, 80], colour: 'mint' },
		{ t: 'conn', a: { pt: at }, b: { pt: [9, 9] } }
	];
	const first = Math.floor(chance() * drafts.length);
	command.addElements(doc, drafts.slice(first, first + 1 + Math.floor(chance() * 2)), hand);
}

function type(doc: Y.Doc, id: ElementId, chance: () => number): void {
	const text = textOf(elementMap(doc, id));
	if (!text) return;
	const place = Math.floor(chance() * (text.length + 1));
	doc.transact(
		() => {
			if (chance() < 0.3)
				text.delete(Math.min(place, text.length), Math.min(3, text.length - Math.min(place, text.length)));
			else text.insert(place, 'word ');
		},
		chance() < 0.5 ? LOCAL : TYPING
	);
}
