/** Keys as words: what is pressed becomes one intent, or none. Words on the page name the same keys. */
import type { ToolName } from '../tools/tool.ts';

export type Intent =
	| Readonly<{ do: 'tool'; tool: ToolName }>
	| Readonly<{ do: 'walk'; by: 1 | -1 }>
	| Readonly<{ do: 'nudge' | 'pull'; dx: number; dy: number }>
	| Readonly<{ do: 'zoom'; direction: 1 | -1 | 0 }>
	| Readonly<{
			do: 'open' | 'back' | 'pick' | 'colours' | 'remove' | 'undo' | 'redo' | 'all' | 'duplicate' | 'keys' | 'fit';
	  }>;

/** What of a keyboard event matters. */
export type Key = Readonly<{ key: string; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; altKey: boolean }>;

const LETTERS: Readonly<Record<string, Intent>> = {
	v: { do: 'tool', tool: 'select' },
	h: { do: 'tool', tool: 'hand' },
	n: { do: 'tool', tool: 'note' },
	t: { do: 'tool', tool: 'text' },
	r: { do: 'tool', tool: 'rectangle' },
	a: { do: 'tool', tool: 'arrow' },
	c: { do: 'colours' },
	'+': { do: 'zoom', direction: 1 },
	'=': { do: 'zoom', direction: 1 },
	'-': { do: 'zoom', direction: -1 },
	_: { do: 'zoom', direction: -1 },
	'0': { do: 'zoom', direction: 0 },
	'1': { do: 'fit' },
	'?': { do: 'keys' }
};

const NAMED: Readonly<Record<string, Intent>> = {
	Enter: { do: 'open' },
	F2: { do: 'open' },
	Escape: { do: 'back' },
	Delete: { do: 'remove' },
	Backspace: { do: 'remove' }
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1]
};

/** The intent of a key press, or null: then it is the page's or the browser's. */
export function intentOf({ key, ctrlKey, metaKey, shiftKey, altKey }: Key): Intent | null {
	const arrow = ARROWS[key];
	const far = shiftKey ? 10 : 1;
	if (altKey) return arrow && !ctrlKey && !metaKey ? { do: 'pull', dx: arrow[0] * far, dy: arrow[1] * far } : null;
	const letter = key.toLowerCase();
	if (ctrlKey || metaKey) {
		if (letter === 'z') return { do: shiftKey ? 'redo' : 'undo' };
		if (letter === 'y') return { do: 'redo' };
		if (letter === 'a') return { do: 'all' };
		if (letter === 'd') return { do: 'duplicate' };
		if (letter === '0') return { do: 'zoom', direction: 0 };
		if (letter === '+' || letter === '=') return { do: 'zoom', direction: 1 };
		if (letter === '-') return { do: 'zoom', direction: -1 };
		return null;
	}
	if (key === ' ') return shiftKey ? { do: 'pick' } : null;
	if (key === 'Tab') return { do: 'walk', by: shiftKey ? -1 : 1 };
	if (arrow) return { do: 'nudge', dx: arrow[0] * far, dy: arrow[1] * far };
	return NAMED[key] ?? LETTERS[letter] ?? null;
}
