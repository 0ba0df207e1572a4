import type * as Y from 'yjs';
import { z } from 'zod';
import { absolutePlace, addElements, presentElements, type Draft, type Hand } from './commands.ts';
import type { BoardElement, ElementId } from './element.ts';
import { NOTE_COLOURS } from './element.ts';
import { NOTE_SIZE, REACH, TEXT_MAX } from './read.ts';

/** The clipboard type that carries elements from board to board. */
export const ELEMENTS_MIME = 'application/x-nabij-elements';
/** More than this at once is not pasted: a slip of the hand should not fill a board. */
export const PASTE_MAX = 2_000;

const coordinate = z.number().min(-REACH).max(REACH);
const pair = z.tuple([coordinate, coordinate]);
const size = z.tuple([z.number().min(1).max(100_000), z.number().min(1).max(100_000)]);
const words = z.string().max(TEXT_MAX);
// Ends come free: what they were bound to may not have been copied along.
const end = z.object({ pt: pair });
const carried = z.discriminatedUnion('t', [
	z.object({ t: z.literal('note'), at: pair, size, colour: z.enum(NOTE_COLOURS), text: words }),
	z.object({ t: z.literal('text'), at: pair, size, fontSize: z.number().min(8).max(400), text: words }),
	z.object({ t: z.literal('shape'), at: pair, size, colour: z.enum([...NOTE_COLOURS, 'none']), text: words }),
	z.object({ t: z.literal('conn'), at: pair, a: end, b: end, text: words })
]);
const clipping = z.object({ nabij: z.literal(1), elements: z.array(carried).max(PASTE_MAX) });

/** What is copied: elements for a board, their words for everything else. */
export type Clipping = Readonly<{ elements: string; text: string }>;

/** What was copied, and of which elements: not always all that were asked for. */
export type Copied = Clipping & Readonly<{ ids: readonly ElementId[] }>;

/**
 * Copies elements in drawing order. What a newer version made cannot be carried and is left out, and so is all above what
 * can be pasted at once; `ids` says what did come along.
 */
export function copyElements(doc: Y.Doc, ids: readonly ElementId[]): Copied {
	const wanted = new Set(ids);
	const picked = presentElements(doc)
		.filter(({ id, t }) => wanted.has(id) && t !== 'unknown')
		.slice(0, PASTE_MAX);
	const elements = picked.flatMap((element) => carry(element, absolutePlace(doc, element.id)));
	return {
		ids: picked.map(({ id }) => id),
		elements: JSON.stringify({ nabij: 1, elements }),
		text: picked
			.map(({ id: _id, ...element }) => ('text' in element ? element.text : ''))
			.filter((text) => text !== '')
			.join('\n')
	};
}

/**
 * Pastes what {@link copyElements} made, its middle at the point; anything else than that is refused with an empty answer,
 * for it came from outside. One deed, one undo.
 */
export function pasteElements(
	doc: Y.Doc,
	elements: string,
	middle: readonly [number, number],
	hand: Hand
): readonly ElementId[] {
	const drafts = readClipping(elements);
	if (!drafts || drafts.length === 0) return [];
	const [cx, cy] = middleOf(drafts);
	const shift = ([x, y]: readonly [number, number]): readonly [number, number] => [
		Math.round(x + middle[0] - cx),
		Math.round(y + middle[1] - cy)
	];
	return addElements(
		doc,
		drafts.map((draft) => ({ ...draft, at: shift(draft.at ?? [0, 0]) })),
		hand
	);
}

/** Pastes words as one note a paragraph, laid out in a block of at most five in a row. */
export function pasteText(
	doc: Y.Doc,
	text: string,
	middle: readonly [number, number],
	hand: Hand
): readonly ElementId[] {
	const paragraphs = paragraphsOf(text).slice(0, PASTE_MAX);
	const columns = Math.min(5, paragraphs.length);
	const rows = Math.ceil(paragraphs.length / columns);
	const step = [NOTE_SIZE[0] + 20, NOTE_SIZE[1] + 20] as const;
	const left = middle[0] - (columns * step[0] - 20) / 2;
	const top = middle[1] - (rows * step[1] - 20) / 2;
	const drafts = paragraphs.map((line, i): Draft => {
		const at = [
			Math.round(left + (i % columns) * step[0]),
			Math.round(top + Math.floor(i / columns) * step[1])
		] as const;
		return { t: 'note', at, text: line };
	});
	return addElements(doc, drafts, hand);
}

/** Whether mere text is more than notes can hold: one paragraph is too long, or there are too many. */
export function cutsText({ elements, text }: Clipping): boolean {
	if (elements !== '') return false;
	const paragraphs = paragraphsOf(text);
	return paragraphs.length > PASTE_MAX || paragraphs.some((line) => line.length > TEXT_MAX);
}

const paragraphsOf = (text: string): readonly string[] =>
	text
		.split(/\r?\n+/u)
		.map((line) => line.trim())
		.filter((line) => line !== '');

function readClipping(elements: string): readonly Draft[] | null {
	try {
		const parsed = clipping.safeParse(JSON.parse(elements));
		return parsed.success ? parsed.data.elements : null;
	} catch {
		// Not JSON, so not ours: the clipboard is an edge like any other.
		return null;
	}
}

function carry(element: BoardElement, at: readonly [number, number]): Draft[] {
	switch (element.t) {
		case 'note':
			return [{ t: 'note', at, size: element.size, colour: element.colour, text: element.text }];
		case 'text':
			return [{ t: 'text', at, size: element.size, fontSize: element.fontSize, text: element.text }];
		case 'shape':
			return [{ t: 'shape', at, size: element.size, colour: element.colour, text: element.text }];
		case 'conn':
			return [{ t: 'conn', at, a: { pt: element.a.pt }, b: { pt: element.b.pt }, text: element.text }];
		case 'unknown':
			return [];
	}
}

function middleOf(drafts: readonly Draft[]): readonly [number, number] {
	const corners = drafts.flatMap((draft) => {
		const [x, y] = draft.at ?? [0, 0];
		const offsets = draft.t === 'conn' ? [draft.a.pt, draft.b.pt] : [[0, 0] as const, draft.size ?? NOTE_SIZE];
		return offsets.map(([dx, dy]) => [x + dx, y + dy] as const);
	});
	const xs = corners.map(([x]) => x);
	const ys = corners.map(([, y]) => y);
	// Reduced, not spread: thousands of arguments overflow the stack.
	const low = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
	const high = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
	return [(low(xs) + high(xs)) / 2, (low(ys) + high(ys)) / 2];
}
