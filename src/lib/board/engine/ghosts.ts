/**
 * Gestures of others while they last. A ghost is drawn instead of the element it moves. When a gesture ends with `kept`,
 * its ghost stays until the update that it announced has arrived, at most GHOST_MS, whichever of the two comes first:
 * otherwise the element would jump back and forth on release.
 */
import type { ElementId } from '../../../domain/board/element.ts';
import { GHOST_MS, LIVE, type LiveMessage } from '../../../domain/wire/live.ts';
import { boxBetween, moved, type Box, type Point } from './geometry.ts';
import type { Place } from './place.ts';

type Gesture = {
	readonly client: number;
	readonly kind: 'move' | 'resize' | 'end' | 'draw';
	readonly shape: string;
	/** Where each element stood when it was taken up: a shift is counted from there, not from what arrives meanwhile. */
	readonly from: ReadonlyMap<ElementId, Box>;
	places: ReadonlyMap<ElementId, Place>;
	points: readonly Point[];
	/** Null while the gesture lasts; then the elements whose update is still to come. */
	awaited: Set<ElementId> | null;
	endsAtMs: number;
};

/** What somebody is drawing, not yet on the board. */
export type Sketch = Readonly<{ client: number; shape: string; points: readonly Point[] }>;

/**
 * A gesture that says nothing for this long is over. The server ends gestures with their socket, so this is for an end that
 * was lost on the way; someone who holds a note still while talking about it is not over.
 */
export const SILENT_MS = 5 * 60_000;

export class Ghosts {
	readonly #gestures = new Map<string, Gesture>();
	readonly #boxOf: (id: ElementId) => Box | undefined;
	readonly #now: () => number;

	/** `boxOf` answers where the document has an element, `now` a clock in milliseconds. */
	constructor(boxOf: (id: ElementId) => Box | undefined, now: () => number) {
		this.#boxOf = boxOf;
		this.#now = now;
	}

	get active(): boolean {
		return this.#gestures.size > 0;
	}

	/** Takes a message of another client; what makes no sense is passed over. */
	take({ client, gesture, phase, payload }: LiveMessage & { readonly client: number }): void {
		const key = `${client}:${gesture}`;
		if (phase === LIVE.begin) {
			const begun = this.#begin(client, payload);
			if (begun) this.#gestures.set(key, begun);
			return;
		}
		const running = this.#gestures.get(key);
		if (!running || running.awaited) return;
		running.endsAtMs = this.#now() + SILENT_MS;
		if (phase === LIVE.delta) return follow(running, payload);
		const end = record(payload);
		const announced = running.kind === 'draw' ? strings(end?.ids) : [...running.places.keys()];
		running.awaited = new Set(end?.kept === true ? announced.filter((id) => this.#isAwaited(running, id)) : []);
		running.endsAtMs = this.#now() + GHOST_MS;
		if (running.awaited.size === 0) this.#gestures.delete(key);
	}

	/** Elements changed in the document: ghosts that waited for just that are gone. */
	arrived(ids: ReadonlySet<ElementId>): void {
		for (const [key, gesture] of this.#gestures) {
			for (const id of gesture.awaited ?? [])
				if (ids.has(id) && !this.#isAwaited(gesture, id)) gesture.awaited?.delete(id);
			if (gesture.awaited?.size === 0) this.#gestures.delete(key);
		}
	}

	/** A client left: its gestures went with it. */
	left(client: number): void {
		for (const [key, gesture] of this.#gestures) if (gesture.client === client) this.#gestures.delete(key);
	}

	/** When the next gesture is over by the clock, or null with none under way. */
	get endsAtMs(): number | null {
		return this.active ? Math.min(...[...this.#gestures.values()].map((gesture) => gesture.endsAtMs)) : null;
	}

	/** Drops what is over by the clock; answers whether anything was. */
	expire(): boolean {
		const before = this.#gestures.size;
		for (const [key, gesture] of this.#gestures) if (this.#now() >= gesture.endsAtMs) this.#gestures.delete(key);
		return this.#gestures.size !== before;
	}

	/** Where elements are to be drawn instead of where the document has them. */
	places(): Map<ElementId, Place> {
		const all = new Map<ElementId, Place>();
		for (const gesture of this.#gestures.values())
			for (const [id, box] of gesture.places)
				if (this.#boxOf(id) && (gesture.awaited?.has(id) ?? true)) all.set(id, box);
		return all;
	}

	sketches(): Sketch[] {
		return [...this.#gestures.values()].filter(({ kind, points }) => kind === 'draw' && points.length > 1);
	}

	#begin(client: number, payload: unknown): Gesture | null {
		const begin = record(payload);
		const kind = begin?.do;
		if (kind !== 'move' && kind !== 'resize' && kind !== 'end' && kind !== 'draw') return null;
		const from = new Map<ElementId, Box>();
		for (const id of strings(begin?.ids)) {
			const box = this.#boxOf(id);
			if (box) from.set(id, box);
		}
		const shape = String(begin?.t ?? '');
		const endsAtMs = this.#now() + SILENT_MS;
		return { client, kind, shape, from, places: new Map(), points: [], awaited: null, endsAtMs };
	}

	/** Whether the document does not show the gesture's outcome yet: nothing drawn, or all where it was taken up. */
	#isAwaited(gesture: Gesture, id: ElementId): boolean {
		const is = this.#boxOf(id);
		if (gesture.kind === 'draw') return !is;
		const was = gesture.from.get(id);
		return !!was && !!is && was.x === is.x && was.y === is.y && was.w === is.w && was.h === is.h;
	}
}

function follow(gesture: Gesture, payload: unknown): void {
	if (gesture.kind === 'draw') {
		if (Array.isArray(payload)) gesture.points = payload.filter((point) => isNumbers(point, 2)) as Point[];
		return;
	}
	if (gesture.kind === 'move') {
		if (!isNumbers(payload, 2)) return;
		const [dx = 0, dy = 0] = payload;
		gesture.places = new Map([...gesture.from].map(([id, box]) => [id, moved(box, dx, dy)]));
		return;
	}
	if (gesture.kind === 'end') {
		if (!Array.isArray(payload)) return;
		const [a, b] = payload as unknown[];
		const [id] = gesture.from.keys();
		if (id === undefined || !isNumbers(a, 2) || !isNumbers(b, 2)) return;
		const ends: readonly [Point, Point] = [
			[a[0] ?? 0, a[1] ?? 0],
			[b[0] ?? 0, b[1] ?? 0]
		];
		gesture.places = new Map([[id, { ...boxBetween(...ends), ends }]]);
		return;
	}
	const places = new Map<ElementId, Box>();
	for (const [id, place] of Object.entries(record(payload) ?? {})) {
		if (!gesture.from.has(id) || !isNumbers(place, 4)) continue;
		const [x = 0, y = 0, w = 0, h = 0] = place;
		places.set(id, { x, y, w, h });
	}
	gesture.places = places;
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function strings(value: unknown): string[] {
	return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function isNumbers(value: unknown, count: number): value is readonly number[] {
	return Array.isArray(value) && value.length === count && value.every((one) => Number.isFinite(one));
}
