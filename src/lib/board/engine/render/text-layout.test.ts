import { expect, test } from 'vitest';
import { breakLines, layoutNote, linesShown, MORE, PADDING } from './text-layout.ts';

const measure = (text: string): number => text.length * 50;

test('words shrink to fit their note, but never to what nobody can read', () => {
	const { lines, fontSize, height } = layoutNote('word '.repeat(480).trim(), 200, 200, measure);
	expect(fontSize).toBe(11);
	expect(height).toBeGreaterThan(200);
	expect(lines.join(' ')).toHaveLength(2399);
});

test('a note with more lines than it has room for says so at its foot, and one without does not', () => {
	const long = layoutNote('word '.repeat(480).trim(), 200, 200, measure);
	const shown = linesShown(long, 200);
	expect(shown.at(-1)).toBe(MORE);
	expect(shown.slice(0, -1)).toEqual(long.lines.slice(0, shown.length - 1));
	expect(PADDING + shown.length * long.lineHeight).toBeLessThanOrEqual(200);
	const short = layoutNote('two words', 200, 200, measure);
	expect(linesShown(short, 200)).toEqual(short.lines);
});

test('a long word breaks at its hyphens, as a browser breaks it, before anything shrinks or is broken within', () => {
	const { lines, fontSize } = layoutNote('brainstorm-sessie-voorbereiding', 200, 200, measure);
	expect(lines).toEqual(['brainstorm-', 'sessie-', 'voorbereiding']);
	expect(fontSize).toBe(layoutNote('voorbereiding', 200, 200, measure).fontSize);
});

test.each([
	[
		'after a hyphen or a dash within a word',
		'foo5-bar foo‐bar foo–bar',
		['foo5-', 'bar ', 'foo‐', 'bar ', 'foo–', 'bar']
	],
	['before a number too, but never within a minus', 'foo-5 -55', ['foo-', '5 ', '-55']],
	['not before what closes a word', 'foo-, foo-', ['foo-, ', 'foo-']]
])('lines break %s', (_, text, pieces) => {
	expect(breakLines(text, 1, 100, (piece) => (piece.trim().length > 0 ? 1 : 0))).toEqual(
		pieces.map((piece) => piece.trimEnd())
	);
});
