/** What was typed in a text of an older epoch, and taken out of it, is done again in the text as it is now; nothing else is. */
import { diffChars } from 'diff';
import * as Y from 'yjs';
import { isUnsent, type Written } from './unsent.ts';
import { compare, insertRuns, plain, plainOf, separate, type Run } from './words.ts';

/** A stretch that was there before, that was typed since, or that was there before and was taken out since. */
type Piece = Readonly<{ is: 'before' | 'typed' | 'taken'; runs: readonly Run[]; words: string }>;

/** Whether anything in the text was typed here alone. */
export function hasUnsent(mine: Y.Text, written: Written): boolean {
	return piecesOf(mine, written).some(({ is }) => is === 'typed');
}

/**
 * Puts in the words that were typed, behind what they were typed behind, as far as that is still there, and takes those out
 * that were taken out, where they stand as they stood. None of what others wrote or took out meanwhile is touched.
 */
export function redoWords(text: Y.Text, mine: Y.Text, written: Written): void {
	const pieces = piecesOf(mine, written);
	if (pieces.every(({ is }) => is === 'before')) return;
	const now = plain(text);
	const places = placesOf(pieces, now);
	const known = new Set(places);
	let [from, at, shift] = [0, 0, 0];
	for (const { is, runs, words } of pieces) {
		if (is === 'typed') {
			if (isThere(words, now, at, known)) at += words.length;
			else {
				const isTorn = from > 0 && places[from - 1] === null;
				if (isTorn) shift += separate(text, at + shift, words);
				insertRuns(text, at + shift, runs);
				shift += words.length;
				if (isTorn) shift += separate(text, at + shift, now.slice(at));
			}
			continue;
		}
		for (const place of places.slice(from, from + words.length)) if (place !== null) at = place + 1;
		if (is === 'taken' && standsAsBefore(places, from, words.length, now.length)) {
			text.delete(at + shift - words.length, words.length);
			shift -= words.length;
		}
		from += words.length;
	}
}

/** For each letter that was there before, where it stands now; null: it does not any more. */
function placesOf(pieces: readonly Piece[], now: string): readonly (number | null)[] {
	const before = pieces
		.filter(({ is }) => is !== 'typed')
		.map(({ words }) => words)
		.join('');
	const places: (number | null)[] = [];
	let at = 0;
	for (const { value, added, removed } of compare(diffChars, before, now)) {
		if (!added) for (let i = 0; i < value.length; i++) places.push(removed ? null : at + i);
		if (!removed) at += value.length;
	}
	return places;
}

/** Whether the words arrived though nobody said so: they stand right there, and are none of those that were there before. */
function isThere(words: string, now: string, at: number, known: ReadonlySet<number | null>): boolean {
	if (!now.startsWith(words, at)) return false;
	return Array.from({ length: words.length }, (_, i) => at + i).every((place) => !known.has(place));
}

/** Whether the letters stand together, between the letters that they stood between: others' words may only be spelled alike. */
function standsAsBefore(places: readonly (number | null)[], from: number, length: number, end: number): boolean {
	const first = from === 0 ? -1 : places[from - 1];
	if (first === null || first === undefined) return false;
	for (let i = 0; i < length; i++) if (places[from + i] !== first + 1 + i) return false;
	return (from + length === places.length ? end : places[from + length]) === first + 1 + length;
}

function piecesOf(text: Y.Text, written: Written): readonly Piece[] {
	const pieces: { is: Piece['is']; runs: Run[]; words: string }[] = [];
	let attributes: Readonly<Record<string, unknown>> = {};
	const add = (is: Piece['is'], insert: unknown): void => {
		let last = pieces.at(-1);
		if (last?.is !== is) pieces.push((last = { is, runs: [], words: '' }));
		const run = { insert, attributes };
		last.runs.push(run);
		last.words += plainOf(run);
	};
	for (let item = text._start; item; item = item.right) {
		const { content, id, deleted } = item;
		if (content instanceof Y.ContentString) {
			for (const [start, end, isTyped] of cut(item, written)) {
				if (!deleted) add(isTyped ? 'typed' : 'before', content.str.slice(start, end));
				// What was typed and taken out again never was; of what others took out nobody here has a say.
				else if (!isTyped) for (const letters of takenOf(item, written, start, end)) add('taken', letters);
			}
		} else if (deleted) continue;
		else if (content instanceof Y.ContentFormat) {
			const { [content.key]: _ended, ...others } = attributes;
			attributes = content.value === null ? others : { ...others, [content.key]: content.value as unknown };
		} else if (content instanceof Y.ContentEmbed || content instanceof Y.ContentType)
			add(isUnsent(id, written) ? 'typed' : 'before', content.getContent()[0]);
	}
	return pieces;
}

/** The item's letters in those of before and those typed since, as Yjs may have made one item of both. */
function cut({ id, length }: Y.Item, { since }: Written): readonly (readonly [number, number, boolean])[] {
	const border = Math.max(0, Math.min(length, (since.get(id.client) ?? Infinity) - id.clock));
	const parts = [[0, border, false] as const, [border, length, true] as const];
	return parts.filter(([start, end]) => start < end);
}

/** Of a stretch of an item that is gone, the letters that were taken out here. */
function takenOf({ id, content }: Y.Item, { taken }: Written, start: number, end: number): readonly string[] {
	if (!(content instanceof Y.ContentString)) return [];
	return taken.flatMap(([client, clock, length]) => {
		if (client !== id.client) return [];
		const from = Math.max(start, clock - id.clock);
		const to = Math.min(end, clock + length - id.clock);
		return from < to ? [content.str.slice(from, to)] : [];
	});
}
