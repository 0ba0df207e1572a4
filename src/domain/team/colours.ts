/**
 * Twelve colours for people, told apart by colour-blind eyes when they stand side by side, dark enough for white letters
 * (4.5:1). A colour never stands alone: a name or initials are always beside it.
 */
export const PERSON_COLOURS = [
	'#B3261E',
	'#8A5200',
	'#5E6B00',
	'#1B7A3D',
	'#00756F',
	'#0F6CA8',
	'#3F51C5',
	'#6F3FB8',
	'#9C2C96',
	'#B0265C',
	'#6B4A2F',
	'#44546A'
] as const;

/**
 * What is written on a person's colour, and drawn around it where it lies on a board: dark paper alone would swallow half of
 * the colours, and a lighter one would be lost on a note, which is as light in the dark.
 */
export const AROUND_PERSON = '#FFFFFF';

/** The colour a person keeps everywhere, derived from the id so that it needs no storage. */
export function colourOf(personId: string): number {
	let sum = 0;
	for (let i = 0; i < personId.length; i++) sum = (sum * 31 + personId.charCodeAt(i)) >>> 0;
	return sum % PERSON_COLOURS.length;
}

/** At most two letters that stand for a name: the first of its first and last word, or the first two of a single one. */
export function initialsOf(name: string): string {
	const words = name.trim().split(/\s+/u).filter(Boolean);
	const [first = '?', second = ''] = words[0] ?? '';
	if (words.length < 2) return first.toLocaleUpperCase() + second.toLocaleLowerCase();
	const [last = ''] = words.at(-1) ?? '';
	return (first + last).toLocaleUpperCase();
}
