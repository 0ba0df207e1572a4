/** The one element whose words are open for typing: opened, kept in place, closed. */
import type { ElementId } from '../../../domain/board/element.ts';
import type { Edits, OpenText, TextEditor } from './ports.ts';
import { layoutOf, type Brush } from './render/paint-item.ts';
import type { Item, Scene } from './scene.ts';

export type OpenWordsPorts = Readonly<{
	scene: Scene;
	layer: HTMLElement;
	words: () => Pick<Brush, 'measure' | 'layouts'>;
	edits: Pick<Edits, 'resize' | 'discard' | 'asOne'>;
	mayEdit: () => boolean;
	/** Whether somebody else has the words of this element open. */
	isShared: (id: ElementId) => boolean;
	openEditor: (open: OpenText) => TextEditor | null;
	/** Told after words were opened (with their element) or closed. */
	changed: (item: Item | null) => void;
	/** The editor is left by a key: the board takes the focus. */
	left: () => void;
	/** Somebody else took the element away while its words were open here. */
	taken: (id: ElementId) => void;
}>;

export class OpenWords {
	readonly #ports: OpenWordsPorts;
	#open: Readonly<{ id: ElementId; editor: TextEditor }> | null = null;

	constructor(ports: OpenWordsPorts) {
		this.#ports = ports;
	}

	get id(): ElementId | null {
		return this.#open?.id ?? null;
	}

	/** Opens an element's words, if it has any and this person may write; what was open closes. */
	open(id: ElementId): void {
		this.close();
		const { scene, layer, words, mayEdit, openEditor, changed, left } = this.#ports;
		const item = scene.get(id);
		if (!item || item.element.lock || !mayEdit()) return;
		const editor = openEditor({
			id,
			layer,
			frame: () => scene.get(id)?.frame ?? null,
			layout: () => {
				const at = scene.get(id);
				return at && 'text' in at.element ? layoutOf(words(), at.element, at.frame) : null;
			},
			done: () => {
				// Left by a key, the board has the focus again; left by a press elsewhere, that has it.
				const wasHere = layer.contains(document.activeElement);
				this.close();
				if (wasHere) left();
			}
		});
		if (!editor) return;
		this.#open = { id, editor };
		changed(item);
	}

	/** Elements changed: the editor follows its own, and closes with it. */
	follow(ids: ReadonlySet<ElementId>): void {
		const open = this.#open;
		if (!open || !ids.has(open.id)) return;
		if (this.#ports.scene.get(open.id)) return open.editor.moved();
		this.close();
		this.#ports.taken(open.id);
	}

	/** Closes what is open, if anything is, and gives the focus to the board. */
	leave(): void {
		if (!this.#open) return;
		this.close();
		this.#ports.left();
	}

	close(): void {
		const open = this.#open;
		if (!open) return;
		this.#open = null;
		this.#ports.edits.asOne(open.id, () => {
			open.editor.destroy();
			this.#settle(open.id);
		});
		this.#ports.changed(null);
	}

	/**
	 * Free text is as high as its lines: what one sees is what one can press. Without a word it is nothing at all, and
	 * goes away; whoever of several leaves it last takes it along.
	 */
	#settle(id: ElementId): void {
		const { scene, words, edits, mayEdit, isShared } = this.#ports;
		const item = scene.get(id);
		if (item?.element.t !== 'text' || !mayEdit()) return;
		if (item.element.text.trim() === '') {
			if (!isShared(id)) edits.discard(id);
			return;
		}
		const high = Math.ceil(layoutOf(words(), item.element, item.frame).height);
		const { x, y, w, h } = item.frame;
		if (high > 0 && high !== h) edits.resize(new Map([[id, [x, y, w, high]]]));
	}
}
