/** What the engine is given by whoever mounts it. */
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { ElementId } from '../../../domain/board/element.ts';
import type { ToolName } from '../tools/tool.ts';
import type { Happening } from './actions.ts';
import type { Spoken } from './focus-proxy.ts';
import type { Box } from './geometry.ts';
import type { Edits, Faces, LiveWire, OpenText, Reader, TextEditor } from './ports.ts';
import type { Item } from './scene.ts';

export type EngineOptions = Readonly<{
	/** Focusable and filling its place; gets the layers as children. */
	host: HTMLElement;
	/** The document's elements, and how one of them is read. */
	els: Y.Map<unknown>;
	read: Reader;
	edits: Edits;
	awareness: Awareness;
	wire: LiveWire;
	people: Faces;
	mayEdit: () => boolean;
	/** The boxes of what the page has put over the board, in CSS pixels of the host. */
	bars: () => Iterable<Box>;
	/** What is heard of an element, `position`-th of `count` in reading order. */
	spoken: (item: Item, position: number, count: number) => Spoken;
	/** What stands over an element in which somebody else is writing. */
	writing: (name: string) => string;
	/** Opens words in place; null when the element has none. */
	openEditor: (open: OpenText) => TextEditor | null;
	/** Somebody else took away the element whose words were open here. */
	onTaken: (id: ElementId) => void;
	onTool: (tool: ToolName) => void;
	onSelection: (ids: readonly ElementId[]) => void;
	/** Where the selection lies in the view, when that changed; null with none, and while it is being moved. */
	onSelectionAt: (box: Box | null) => void;
	onZoom: (zoom: number) => void;
	onHappening: (happening: Happening) => void;
}>;
