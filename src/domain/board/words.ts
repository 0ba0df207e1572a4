/** What is done to the words of an element as a whole, with as little change as it takes, so that a hand in them goes on. */
import { diffChars, diffWordsWithSpace, type ChangeObject } from 'diff';
import type * as Y from 'yjs';
import { alike, clonedRun } from './cloned.ts';

/** Texts of which more than this differs count as having nothing in common: comparing them takes its square. */
const MOST_EDITS = 1_000;

type Formats = Readonly<Record<string, unknown>>;

/** A stretch of a text that looks alike, or a thing in it that is no word. */
export type Run = Readonly<{ insert: unknown; attributes?: Formats }>;

/** Makes the words, and how they look, those of another text. What others type at the same moment stays. */
export function rewrite(text: Y.Text, wanted: Y.Text): void {
	let at = 0;
	for (const { value, added, removed } of compare(diffChars, plain(text), plain(wanted))) {
		if (removed) text.delete(at, value.length);
		else {
			if (added) insertRuns(text, at, slice(wanted, at, value.length));
			at += value.length;
		}
	}
	reformat(text, wanted);
	if (alike(text, wanted)) return;
	// Things that are no words look alike to the comparison.
	text.delete(0, text.length);
	insertRuns(text, 0, runsOf(wanted));
}

/**
 * Takes out every word that cannot be read in the other text, and every look and thing that is nowhere in it. Not every letter:
 * a long enough text has the letters of any secret in their order.
 */
export function keepOnly(text: Y.Text, readable: Y.Text | null): void {
	keepLooks(text, readable ? runsOf(readable) : []);
	const words = plain(text);
	let [at, from] = [0, 0];
	for (const { value, added, removed } of compare(diffWordsWithSpace, words, readable ? plain(readable) : '')) {
		if (added) continue;
		from += value.length;
		if (removed) {
			text.delete(at, value.length);
			at += separate(text, at, words.slice(from));
		} else at += value.length;
	}
}

function keepLooks(text: Y.Text, readable: readonly Run[]): void {
	let at = 0;
	for (const { insert, attributes = {} } of runsOf(text)) {
		if (typeof insert !== 'string' && !readable.some((one) => alike(one.insert, insert))) text.delete(at, 1);
		else {
			const size = typeof insert === 'string' ? insert.length : 1;
			const gone = Object.keys(attributes).filter(
				(key) => !readable.some((one) => alike(one.attributes?.[key], attributes[key]))
			);
			if (gone.length > 0) text.format(at, size, Object.fromEntries(gone.map((key) => [key, null])));
			at += size;
		}
	}
}

/** The words with a mark for whatever is no word, so that places count alike in both. */
export function plain(text: Y.Text): string {
	return runsOf(text).map(plainOf).join('');
}

/** One stretch of it. */
export function plainOf({ insert }: Run): string {
	return typeof insert === 'string' ? insert : '\uFFFC';
}

/** Puts a space between two words that would become one. Answers how long it is. */
export function separate(text: Y.Text, at: number, next: string): number {
	const before = plain(text).slice(0, at);
	if (!/[\p{L}\p{N}]$/u.test(before) || !/^[\p{L}\p{N}]/u.test(next)) return 0;
	text.insert(at, ' ');
	return 1;
}

function runsOf(text: Y.Text): readonly Run[] {
	return text.toDelta() as readonly Run[];
}

/** What both texts have, and what either has alone, from the start on. The same texts always compare alike. */
export function compare(
	by: (one: string, other: string, options: { maxEditLength: number }) => ChangeObject<string>[] | undefined,
	one: string,
	other: string
): readonly ChangeObject<string>[] {
	const found = by(one, other, { maxEditLength: MOST_EDITS });
	if (found) return found;
	const change = (value: string, added: boolean): ChangeObject<string> => ({
		value,
		added,
		removed: !added,
		count: value.length
	});
	return [change(one, false), change(other, true)];
}

function slice(text: Y.Text, from: number, length: number): readonly Run[] {
	const cut: Run[] = [];
	let at = 0;
	for (const run of runsOf(text)) {
		const size = typeof run.insert === 'string' ? run.insert.length : 1;
		const start = Math.max(from, at) - at;
		const end = Math.min(from + length, at + size) - at;
		if (start < end) cut.push(typeof run.insert === 'string' ? { ...run, insert: run.insert.slice(start, end) } : run);
		at += size;
	}
	return cut;
}

/** Puts stretches of another text in. */
export function insertRuns(text: Y.Text, at: number, runs: readonly Run[]): void {
	for (const { insert, attributes } of runs.map(clonedRun)) {
		if (typeof insert === 'string') text.insert(at, insert, attributes);
		else text.insertEmbed(at, insert, attributes);
		at += typeof insert === 'string' ? insert.length : 1;
	}
}

/** The words are alike; where they look different, they are made to look as wanted. */
function reformat(text: Y.Text, wanted: Y.Text): void {
	let at = 0;
	for (const { insert, attributes = {} } of runsOf(wanted)) {
		const length = typeof insert === 'string' ? insert.length : 1;
		let from = at;
		for (const run of slice(text, at, length)) {
			const size = typeof run.insert === 'string' ? run.insert.length : 1;
			const change = difference(run.attributes ?? {}, attributes);
			if (change) text.format(from, size, change);
			from += size;
		}
		at += length;
	}
}

function difference(now: Formats, wanted: Formats): Record<string, unknown> | null {
	const change: Record<string, unknown> = {};
	for (const key of new Set([...Object.keys(now), ...Object.keys(wanted)])) {
		if (JSON.stringify(now[key]) !== JSON.stringify(wanted[key])) change[key] = wanted[key] ?? null;
	}
	return Object.keys(change).length > 0 ? change : null;
}
