import type { ElementId } from '../../../domain/board/element.ts';
import type { Item } from './scene.ts';

/** What is heard of the element that the keyboard stands on. */
export type Spoken = Readonly<{ name: string; more: string }>;

/**
 * The element that the keyboard stands on, as one node of the page that lies just where the element is drawn: who hears
 * the board hears it, and a magnifier follows. Each step gets a fresh node, for a name that changes under the focus is
 * not read out everywhere. The ring around it is the canvas's.
 */
export class FocusProxy {
	readonly #host: HTMLElement;
	readonly #layer: HTMLElement;
	#on: Readonly<{ id: ElementId; node: HTMLElement }> | null = null;

	/** `host` has the focus when nothing on the board has; `layer` moves with the board. */
	constructor(host: HTMLElement, layer: HTMLElement) {
		this.#host = host;
		this.#layer = layer;
	}

	get id(): ElementId | null {
		return this.#on?.id ?? null;
	}

	has(node: Element | null): boolean {
		return node !== null && this.#on?.node === node;
	}

	/** Stands on the element and takes the focus there. */
	stand(item: Item, spoken: Spoken): void {
		const before = this.#on?.node;
		const node = document.createElement('div');
		node.tabIndex = -1;
		node.setAttribute('role', 'group');
		Object.assign(node.style, { position: 'absolute', outline: 'none', pointerEvents: 'none' });
		this.#on = { id: item.element.id, node };
		this.follow(item, spoken);
		this.#layer.append(node);
		node.focus({ preventScroll: true });
		before?.remove();
	}

	/** The element it stands on lies elsewhere or says something else now. */
	follow({ bounds: { x, y, w, h } }: Item, { name, more }: Spoken): void {
		const node = this.#on?.node;
		if (!node) return;
		node.setAttribute('aria-label', name);
		node.setAttribute('aria-description', more);
		Object.assign(node.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
	}

	/** Gives the focus back to where the keyboard stands: the element, or else the board. */
	focus(): void {
		(this.#on?.node ?? this.#host).focus({ preventScroll: true });
	}

	/** Stands nowhere; a focus that was here is the board's. */
	leave(): void {
		const on = this.#on;
		if (!on) return;
		this.#on = null;
		if (document.activeElement === on.node) this.#host.focus({ preventScroll: true });
		on.node.remove();
	}
}
