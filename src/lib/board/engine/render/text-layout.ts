/**
 * Line breaks, made once for canvas and open editor alike. Widths are measured word by word at one large size and
 * scaled, so that a board of thousands of notes asks the browser once a word.
 */

/** How wide a piece of text is at 100 px. */
export type Measure = (text: string) => number;

export type Layout = Readonly<{
	lines: readonly string[];
	fontSize: number;
	lineHeight: number;
	width: number;
	height: number;
}>;

/** Distance of lines, in font sizes. */
export const LEADING = 1.3;
/** Room between a note's edge and its words, in board units. */
export const PADDING = 16;
/** The sizes a note's words may take, largest first: they shrink until they fit or could no longer be read. */
export const NOTE_SIZES = [32, 28, 24, 21, 18, 16, 14, 12, 11] as const;

/** Stands for the lines that a note has no room for. */
export const MORE = '…';

/** Spaces, or what stays together on a line: a word, or its part up to a hyphen or dash, where browsers break it too. */
const PIECES = /\s+|\S*?[^\s\-‐–—][-‐–—]+(?=[\p{L}\p{N}("'‘“„])|\S+/gu;

/** Breaks text into lines no wider than `width` at this size. Pieces longer than a line are broken within. */
export function breakLines(text: string, width: number, fontSize: number, measure: Measure): string[] {
	const room = (width * 100) / fontSize;
	const lines: string[] = [];
	for (const paragraph of text.split('\n')) {
		let line = '';
		let used = 0;
		for (const piece of paragraph.match(PIECES) ?? []) {
			const wide = measure(piece);
			if (used + wide <= room || isSpace(piece)) {
				// Spaces at a line's end hang: they take no room that would push a word away.
				line += piece;
				used += wide;
				continue;
			}
			if (line.trim() !== '') {
				lines.push(line.trimEnd());
				line = '';
				used = 0;
			}
			for (const part of wide <= room ? [piece] : chop(piece, room, measure)) {
				if (line !== '') lines.push(line);
				line = part;
			}
			used = measure(line);
		}
		lines.push(line.trimEnd());
	}
	return lines;
}

function isSpace(piece: string): boolean {
	return /^\s/u.test(piece);
}

/** Text in a box of this width, at one size. */
export function layoutText(text: string, width: number, fontSize: number, measure: Measure): Layout {
	const lines = breakLines(text, width, fontSize, measure);
	const lineHeight = fontSize * LEADING;
	const widest = Math.max(0, ...lines.map((line) => measure(line) * (fontSize / 100)));
	return { lines, fontSize, lineHeight, width: widest, height: lines.length * lineHeight };
}

/** Text in a note: the largest size at which it fits without breaking a word but at its hyphens, else the smallest. */
export function layoutNote(text: string, width: number, height: number, measure: Measure): Layout {
	const inner = Math.max(1, width - 2 * PADDING);
	const longest = Math.max(0, ...(text.match(PIECES) ?? []).filter((piece) => !isSpace(piece)).map(measure));
	for (const size of NOTE_SIZES) {
		if ((longest * size) / 100 > inner && size > 14) continue;
		const layout = layoutText(text, inner, size, measure);
		if (layout.height <= Math.max(1, height - 2 * PADDING)) return layout;
	}
	return layoutText(text, inner, NOTE_SIZES[NOTE_SIZES.length - 1] ?? 11, measure);
}

/** The lines that a note of this height has room for. Where that is not all of them, the last one says so. */
export function linesShown({ lines, lineHeight }: Layout, height: number): readonly string[] {
	const most = Math.max(1, Math.floor((height - PADDING) / lineHeight));
	return lines.length <= most ? lines : [...lines.slice(0, most - 1), MORE];
}

function chop(word: string, room: number, measure: Measure): string[] {
	const parts: string[] = [];
	let part = '';
	for (const letter of word) {
		if (part !== '' && measure(part + letter) > room) {
			parts.push(part);
			part = '';
		}
		part += letter;
	}
	return part === '' ? parts : [...parts, part];
}

/** Measures with a canvas and remembers each word. */
export function createMeasure(context: CanvasRenderingContext2D, family: string): Measure {
	const widths = new Map<string, number>();
	return (text) => {
		const known = widths.get(text);
		if (known !== undefined) return known;
		context.font = `100px ${family}`;
		const width = context.measureText(text).width;
		if (widths.size > 20_000) widths.clear();
		widths.set(text, width);
		return width;
	};
}
