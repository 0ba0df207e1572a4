import type { Camera } from './camera.ts';
import type { Cursor } from './presence.ts';

/** How far a face stands from its cursor's tip, in pixels. */
const BESIDE = { x: 14, y: 14 } as const;

/**
 * Faces beside cursors: nodes that the call gives, kept at their client's cursor by one transform a frame. Where a cursor
 * is not on the board, its face is hidden.
 */
export class CursorFaces {
	readonly #layer: HTMLElement;
	readonly #nodes = new Map<number, HTMLElement>();
	readonly #onChange: () => void;

	constructor(layer: HTMLElement, onChange: () => void) {
		this.#layer = layer;
		this.#onChange = onChange;
	}

	/** Keeps the node at this client's cursor; answers how to take it away. */
	attach(client: number, node: HTMLElement): () => void {
		node.style.position = 'absolute';
		node.style.left = '0';
		node.style.top = '0';
		node.style.visibility = 'hidden';
		this.#nodes.set(client, node);
		this.#layer.append(node);
		this.#onChange();
		return () => {
			if (this.#nodes.get(client) === node) this.#nodes.delete(client);
			node.remove();
			this.#onChange();
		};
	}

	has(client: number): boolean {
		return this.#nodes.has(client);
	}

	/** Puts each face where its cursor is drawn. */
	place(cursors: readonly Cursor[], camera: Camera): void {
		for (const [client, node] of this.#nodes) {
			const at = cursors.find((cursor) => cursor.client === client)?.at;
			node.style.visibility = at ? 'visible' : 'hidden';
			if (!at) continue;
			const [x, y] = camera.toScreen(at);
			node.style.transform = `translate(${Math.round(x + BESIDE.x)}px, ${Math.round(y + BESIDE.y)}px)`;
		}
	}
}
