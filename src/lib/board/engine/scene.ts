/** The index of what lies on a board: plain maps and an R-tree, patched by each document event, never rebuilt. */
import RBush from 'rbush';
import type * as Y from 'yjs';
import type { BoardElement, ElementId } from '../../../domain/board/element.ts';
import {
	centreOf,
	contains,
	distanceToLine,
	intersects,
	lineTouches,
	turned,
	type Box,
	type Point
} from './geometry.ts';
import { boundsOf, endsOf, frameOf, leansOn } from './place.ts';
import type { Reader } from './ports.ts';

/** An element with its place; a new object whenever either changed, so it can key caches. */
export type Item = Readonly<{
	element: BoardElement;
	/** The upright box it needs. */
	bounds: Box;
	/** Its own box, before turning. */
	frame: Box;
	/** Both ends of a connector; null for all else. */
	ends: readonly [Point, Point] | null;
}>;

type Leaf = { minX: number; minY: number; maxX: number; maxY: number; item: Item };

export type SceneChange = Readonly<{ ids: ReadonlySet<ElementId>; remote: boolean }>;

export class Scene {
	readonly #els: Y.Map<unknown>;
	readonly #read: Reader;
	readonly #elements = new Map<ElementId, BoardElement>();
	readonly #leaves = new Map<ElementId, Leaf>();
	readonly #leaning = new Map<ElementId, Set<ElementId>>();
	readonly #tree = new RBush<Leaf>();
	readonly #listeners = new Set<(change: SceneChange) => void>();
	readonly #onEvents: (events: readonly Y.YEvent<never>[], transaction: Y.Transaction) => void;
	#ranks: Map<ElementId, number> | null = null;
	#inReading: readonly ElementId[] | null = null;

	/** `els` is the document's root map; `read` checks one value of it and answers null for what cannot be shown. */
	constructor(els: Y.Map<unknown>, read: Reader) {
		this.#els = els;
		this.#read = read;
		for (const id of els.keys()) this.#take(id);
		const leaves: Leaf[] = [];
		for (const element of this.#elements.values()) {
			const leaf = this.#leafOf(element);
			this.#leaves.set(element.id, leaf);
			leaves.push(leaf);
		}
		this.#tree.load(leaves);
		this.#onEvents = (events, transaction) => this.#patch(touched(events, els), !transaction.local);
		els.observeDeep(this.#onEvents as never);
	}

	get size(): number {
		return this.#elements.size;
	}

	get(id: ElementId): Item | undefined {
		return this.#leaves.get(id)?.item;
	}

	readonly find = (id: ElementId): BoardElement | undefined => this.#elements.get(id);

	/** What touches the box, lowest first. */
	query(box: Box): Item[] {
		return this.#inOrder(
			this.#tree.search({ minX: box.x, minY: box.y, maxX: box.x + box.w, maxY: box.y + box.h }).map((leaf) => leaf.item)
		);
	}

	/** Everything, lowest first. */
	all(): Item[] {
		return this.#inOrder([...this.#leaves.values()].map((leaf) => leaf.item));
	}

	/** The topmost element at the point; `slack` is how near to a line counts as on it. */
	at(point: Point, slack: number): Item | null {
		const near = this.query({ x: point[0] - slack, y: point[1] - slack, w: 2 * slack, h: 2 * slack });
		return near.findLast((item) => isOn(item, point, slack)) ?? null;
	}

	/** What a rubber band over the box takes. */
	within(box: Box): Item[] {
		return this.query(box).filter(({ ends, bounds }) =>
			ends ? lineTouches(box, ends[0], ends[1]) : intersects(box, bounds)
		);
	}

	/** Every element in reading order: rows from the top, each from the left. */
	reading(): readonly Item[] {
		this.#inReading ??= this.#readingNow().map(({ element }) => element.id);
		return this.#inReading.flatMap((id) => this.get(id) ?? []);
	}

	#readingNow(): Item[] {
		const items = [...this.#leaves.values()].map((leaf) => leaf.item);
		items.sort((a, b) => a.bounds.y - b.bounds.y || a.bounds.x - b.bounds.x || compare(a.element, b.element));
		const rows: Item[][] = [];
		let floor = -Infinity;
		for (const item of items) {
			const row = rows.at(-1);
			if (!row || centreOf(item.bounds)[1] > floor) {
				rows.push([item]);
				floor = item.bounds.y + item.bounds.h;
			} else row.push(item);
		}
		return rows.flatMap((row) => row.sort((a, b) => a.bounds.x - b.bounds.x || compare(a.element, b.element)));
	}

	/** Tells which elements changed, came or went, after the index is right again. Answers how to stop. */
	onChange(listener: (change: SceneChange) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	destroy(): void {
		this.#els.unobserveDeep(this.#onEvents as never);
		this.#listeners.clear();
	}

	#patch(changed: ReadonlySet<ElementId>, remote: boolean): void {
		for (const id of changed) this.#take(id);
		const all = new Set(changed);
		// A set is walked in insertion order, also what is added on the way: this reaches what leans on what leans.
		for (const id of all) for (const other of this.#leaning.get(id) ?? []) all.add(other);
		for (const id of all) {
			const old = this.#leaves.get(id);
			if (old) this.#tree.remove(old);
			const element = this.#elements.get(id);
			if (!element) {
				if (this.#leaves.delete(id)) this.#inReading = null;
				continue;
			}
			const leaf = this.#leafOf(element);
			// Words change with each key; the reading order only when something lies elsewhere.
			if (!old || !isAt(old.item, leaf.item)) this.#inReading = null;
			this.#leaves.set(id, leaf);
			this.#tree.insert(leaf);
		}
		for (const listener of this.#listeners) listener({ ids: all, remote });
	}

	/** Reads one element anew: its value, and what it leans on. */
	#take(id: ElementId): void {
		const old = this.#elements.get(id);
		const value = this.#els.get(id);
		const read = value === undefined ? null : this.#read(id, value);
		const next = read && read.del === 0 ? read : undefined;
		if (old) for (const other of leansOn(old)) this.#leaning.get(other)?.delete(id);
		if (next) {
			this.#elements.set(id, next);
			for (const other of leansOn(next)) {
				const leaning = this.#leaning.get(other) ?? new Set();
				this.#leaning.set(other, leaning.add(id));
			}
		} else this.#elements.delete(id);
		if (old?.z !== next?.z || !old !== !next) this.#ranks = null;
	}

	#leafOf(element: BoardElement): Leaf {
		const bounds = boundsOf(element, this.find);
		const item: Item = {
			element,
			bounds,
			frame: frameOf(element, this.find),
			ends: element.t === 'conn' ? endsOf(element, this.find) : null
		};
		return { minX: bounds.x, minY: bounds.y, maxX: bounds.x + bounds.w, maxY: bounds.y + bounds.h, item };
	}

	/** Each of these once, lowest first. */
	ordered(items: Iterable<Item>): Item[] {
		return this.#inOrder([...new Set(items)]);
	}

	#inOrder(items: Item[]): Item[] {
		this.#ranks ??= new Map([...this.#elements.values()].sort(compare).map((element, rank) => [element.id, rank]));
		const ranks = this.#ranks;
		return items.sort((a, b) => (ranks.get(a.element.id) ?? 0) - (ranks.get(b.element.id) ?? 0));
	}
}

/** Whether both need the same box, and come in the same order among what lies just there. */
function isAt({ bounds: a, element }: Item, { bounds: b, element: now }: Item): boolean {
	return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h && element.z === now.z;
}

/** The order in which elements are drawn. */
export function compare(a: BoardElement, b: BoardElement): number {
	if (a.z !== b.z) return a.z < b.z ? -1 : 1;
	return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Whether the point is on the item: in its turned box, or near its line. */
export function isOn(item: Item, point: Point, slack: number): boolean {
	if (item.ends) return distanceToLine(point, item.ends[0], item.ends[1]) <= slack;
	return contains(item.frame, turned(point, centreOf(item.frame), -item.element.rot));
}

function touched(events: readonly Y.YEvent<never>[], els: Y.Map<unknown>): Set<ElementId> {
	const ids = new Set<ElementId>();
	for (const event of events) {
		if ((event.target as unknown) === els) for (const key of event.keys.keys()) ids.add(key);
		else ids.add(String(event.path[0]));
	}
	return ids;
}
