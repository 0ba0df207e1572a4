/** The colours and letters that the canvas draws with, read from the page's tokens so that both themes are one source. */
import { NOTE_COLOURS, type NoteColour } from '../../../../domain/board/element.ts';

export type Theme = Readonly<{
	paper: string;
	raised: string;
	ink: string;
	inkSoft: string;
	line: string;
	accent: string;
	onNote: string;
	notes: Readonly<Record<NoteColour, string>>;
	handFont: string;
	uiFont: string;
}>;

const LIGHT: Theme = {
	paper: '#FBF7F0',
	raised: '#FFFFFF',
	ink: '#211C17',
	inkSoft: '#6B6157',
	line: '#E7DED1',
	accent: '#BF3A1E',
	onNote: '#211C17',
	notes: {
		butter: '#FFE58A',
		coral: '#FFB9A3',
		mint: '#BDEBCB',
		sky: '#BCDDF8',
		lilac: '#DACBF7',
		sand: '#EBDFC8'
	},
	handFont: '"Shantell Sans Variable", cursive',
	uiFont: '"Instrument Sans Variable", sans-serif'
};

/** Reads the tokens in force at the host; where a page has none, the light ones hold. */
export function readTheme(host: Element): Theme {
	const style = getComputedStyle(host);
	const token = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
	const notes = Object.fromEntries(
		NOTE_COLOURS.map((colour) => [colour, token(`--note-${colour}`, LIGHT.notes[colour])])
	) as Record<NoteColour, string>;
	return {
		paper: token('--paper', LIGHT.paper),
		raised: token('--paper-raised', LIGHT.raised),
		ink: token('--ink', LIGHT.ink),
		inkSoft: token('--ink-soft', LIGHT.inkSoft),
		line: token('--line', LIGHT.line),
		accent: token('--accent', LIGHT.accent),
		onNote: token('--on-note', LIGHT.onNote),
		notes,
		handFont: token('--font-hand', LIGHT.handFont),
		uiFont: token('--font-text', LIGHT.uiFont)
	};
}
