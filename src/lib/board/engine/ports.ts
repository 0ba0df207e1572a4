/** What the engine asks of the parts around it: the document's verbs, the wire, the people. Tests give their own. */
import type { Clipping, Copied } from '../../../domain/board/clipboard.ts';
import type { BoardElement, ConnectorEnd, ElementId, NoteColour } from '../../../domain/board/element.ts';
import type { UndoResult } from '../../../domain/board/undo.ts';
import type { LiveMessage } from '../../../domain/wire/live.ts';
import type { Box, Point } from './geometry.ts';
import type { Layout } from './render/text-layout.ts';

/** A thing to put on the board, in board units. */
export type Draft =
	| Readonly<{ t: 'note'; at: Point; size: Point; colour: NoteColour }>
	| Readonly<{ t: 'text'; at: Point; size: Point }>
	| Readonly<{ t: 'shape'; at: Point; size: Point; colour: NoteColour | 'none' }>
	| Readonly<{ t: 'conn'; a: ConnectorEnd; b: ConnectorEnd }>;

/** New places: x, y, width, height per element, absolute. */
export type Places = ReadonlyMap<ElementId, readonly [number, number, number, number]>;

/** The verbs of a board document. Each is one transaction; ids that are gone are passed over, never thrown on. */
export type Edits = Readonly<{
	add: (draft: Draft) => ElementId;
	move: (ids: readonly ElementId[], dx: number, dy: number) => void;
	resize: (places: Places) => void;
	/** Puts one end of a connector at a point of the board. */
	moveEnd: (id: ElementId, end: 'a' | 'b', to: Point) => void;
	remove: (ids: readonly ElementId[]) => void;
	/** Takes away what this person made and never filled, as if it had not been made. */
	discard: (id: ElementId) => void;
	recolour: (ids: readonly ElementId[], colour: NoteColour) => void;
	copy: (ids: readonly ElementId[]) => Copied;
	/** Puts what was copied with its middle at the point; mere text becomes notes. Answers what is there now. */
	paste: (clipping: Clipping, middle: Point) => readonly ElementId[];
	/** Whatever is done to the element within is one step for undo. */
	asOne: (id: ElementId, act: () => void) => void;
	undo: () => UndoResult;
	redo: () => UndoResult;
}>;

/** Gestures under way, out and in. */
export type LiveWire = Readonly<{
	sendLive: (message: LiveMessage) => void;
	/** Tells each gesture message of somebody else; answers how to stop listening. */
	onLive: (listener: (message: LiveMessage & { readonly client: number }) => void) => () => void;
}>;

/** Who a client is, as far as the server has said. */
export type Someone = Readonly<{ name: string; colour: number }>;
export type Faces = Readonly<{
	of: (client: number) => Someone | undefined;
	onChange: (listener: () => void) => () => void;
}>;

export type Reader = (id: ElementId, value: unknown) => BoardElement | null;

/** A request to open the words of an element in place. */
export type OpenText = Readonly<{
	id: ElementId;
	/** The layer that moves with the board: one CSS pixel in it is one board unit. */
	layer: HTMLElement;
	/** Where the element lies now. */
	frame: () => Box | null;
	/** How its words are set now: the canvas's own line breaks and size. */
	layout: () => Layout | null;
	/** Asks to be closed (Escape, focus gone); the board has the focus again. */
	done: () => void;
}>;

/** An editor that is open; `moved` when its element changed place, size or words. */
export type TextEditor = Readonly<{ moved: () => void; destroy: () => void }>;
