import type { ElementId } from '../../../domain/board/element.ts';

/** What one person has selected. Listeners hear each real change once. */
export class Selection {
	#ids: ReadonlySet<ElementId> = new Set();
	readonly #onChange: () => void;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	get ids(): readonly ElementId[] {
		return [...this.#ids];
	}

	get size(): number {
		return this.#ids.size;
	}

	has(id: ElementId): boolean {
		return this.#ids.has(id);
	}

	set(ids: Iterable<ElementId>): void {
		const next = new Set(ids);
		if (next.size === this.#ids.size && [...next].every((id) => this.#ids.has(id))) return;
		this.#ids = next;
		this.#onChange();
	}

	/** Adds what is not selected, takes away what is. */
	toggle(id: ElementId): void {
		const next = new Set(this.#ids);
		if (!next.delete(id)) next.add(id);
		this.set(next);
	}

	/** Forgets elements that are no longer there. */
	keep(isThere: (id: ElementId) => boolean): void {
		this.set(this.ids.filter(isThere));
	}
}
