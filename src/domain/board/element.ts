/**
 * What lies on a board. One Y.Map per element under the document's root `els`, keyed by its id; the keys are those of
 * `docs/sync-protocol.md` (other programs write them too). Values that belong together are ONE packed value (`pos`,
 * `size`), so that two people dragging at once leave one clean winner. Defaults are left out. Unknown keys are kept.
 */
export type ElementId = string;

/** Six note colours of the house; any other value reads as butter. */
export const NOTE_COLOURS = ['butter', 'coral', 'mint', 'sky', 'lilac', 'sand'] as const;
export type NoteColour = (typeof NOTE_COLOURS)[number];

/** An end of a connector: bound to an element at a fraction of its box, or free. `pt` is where it was last, always there. */
export type ConnectorEnd = Readonly<{
	el?: ElementId;
	at?: readonly [u: number, v: number];
	pt: readonly [number, number];
}>;

type Common = Readonly<{
	id: ElementId;
	/** Frame it lies in, or null; and its place relative to that frame, in board units, top left. */
	pos: readonly [parent: ElementId | null, x: number, y: number];
	size: readonly [width: number, height: number];
	/** Fractional key; drawn in the order of (z, id). */
	z: string;
	/** Radians about the centre. */
	rot: number;
	by: string;
	at: number;
	/** When it was deleted, ms; 0: it is there. */
	del: number;
	lock: boolean;
}>;

export type NoteElement = Common & Readonly<{ t: 'note'; colour: NoteColour; text: string }>;
export type TextElement = Common & Readonly<{ t: 'text'; fontSize: number; text: string }>;
export type ShapeElement = Common &
	Readonly<{ t: 'shape'; shape: 'rectangle'; colour: NoteColour | 'none'; text: string }>;
export type ConnectorElement = Common & Readonly<{ t: 'conn'; a: ConnectorEnd; b: ConnectorEnd; text: string }>;
/** Made by a newer version or another program: kept, shown as a quiet box, moved and deleted like the rest. */
export type UnknownElement = Common & Readonly<{ t: 'unknown'; kind: string }>;

export type BoardElement = NoteElement | TextElement | ShapeElement | ConnectorElement | UnknownElement;
