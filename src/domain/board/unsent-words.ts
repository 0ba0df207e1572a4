/** Words that were typed in a text of an older epoch, and nothing else of it, are put into the text as it is now. */
import { diffChars } from 'diff';
import * as Y from 'yjs';
import { isUnsent, type Since } from './unsent.ts';
import { compare, insertRuns, plain, plainOf, separate, type Run } from './words.ts';

type Piece = Readonly<{ runs: readonly Run[]; words: string; unsent: boolean }>;

/** Whether anything in the text is only here. */
export function hasUnsent(mine: Y.Text, since: Since): boolean {
	return piecesOf(mine, since).some(({ unsent }) => unsent);
}

/**
 * Puts in the words of `mine` that are only there, behind what they were typed behind, as far as that is still there. None is
 * taken out, and none of what others wrote or took out meanwhile is touched.
 */
export function bringIn(text: Y.Text, mine: Y.Text, since: Since): void {
	const pieces = piecesOf(mine, since);
	if (!pieces.some(({ unsent }) => unsent)) return;
	const now = plain(text);
	const places = placesOf(pieces, now);
	const known = new Set(places);
	let [from, at, put] = [0, 0, 0];
	for (const { runs, words, unsent } of pieces) {
		if (!unsent) {
			for (const place of places.slice(from, from + words.length)) if (place !== null) at = place + 1;
			from += words.length;
		} else if (isThere(words, now, at, known)) at += words.length;
		else {
			const isTorn = from > 0 && places[from - 1] === null;
			if (isTorn) put += separate(text, at + put, words);
			insertRuns(text, at + put, runs);
			put += words.length;
			if (isTorn) put += separate(text, at + put, now.slice(at));
		}
	}
}

/** For each letter that is not unsent, where it stands now; null: it is not there any more. */
function placesOf(pieces: readonly Piece[], now: string): readonly (number | null)[] {
	const before = pieces
		.filter(({ unsent }) => !unsent)
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

/** The text in stretches that are only here, and those that are not. */
function piecesOf(text: Y.Text, since: Since): readonly Piece[] {
	const pieces: { runs: Run[]; words: string; unsent: boolean }[] = [];
	let attributes: Readonly<Record<string, unknown>> = {};
	const add = (insert: unknown, unsent: boolean): void => {
		let last = pieces.at(-1);
		if (last?.unsent !== unsent) pieces.push((last = { runs: [], words: '', unsent }));
		const run = { insert, attributes };
		last.runs.push(run);
		last.words += plainOf(run);
	};
	for (let item = text._start; item; item = item.right) {
		if (item.deleted) continue;
		const { content } = item;
		if (content instanceof Y.ContentFormat) {
			const { [content.key]: _ended, ...others } = attributes;
			attributes = content.value === null ? others : { ...others, [content.key]: content.value as unknown };
		} else if (content instanceof Y.ContentString) {
			const own = since.get(item.id.client) ?? Infinity;
			const saved = Math.max(0, Math.min(content.str.length, own - item.id.clock));
			if (saved > 0) add(content.str.slice(0, saved), false);
			if (saved < content.str.length) add(content.str.slice(saved), true);
		} else if (content instanceof Y.ContentEmbed || content instanceof Y.ContentType)
			add(content.getContent()[0], isUnsent(item.id, since));
	}
	return pieces;
}
