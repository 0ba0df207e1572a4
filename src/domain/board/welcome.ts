import type * as Y from 'yjs';
import { addElements, type Draft } from './commands.ts';
import { initDocument } from './document.ts';
import type { NoteColour } from './element.ts';

/** Who made what comes with the house. */
export const HOUSE = 'nabij';

const WORDS = {
	en: {
		title: 'Welcome. This board is yours',
		lead: 'Everything here can be moved, changed and thrown away. Try it.',
		notes: [
			'Press N and click: a note. Double-click a note to write in it',
			'Two people can write in one note at the same time',
			'Drag to move. Shift-click picks several',
			'Ctrl+Z takes back your own last step, never anyone else’s'
		],
		call: 'Every board is also a room: join the call below and your face sits beside your cursor',
		share: 'Share, top right: a link lets a guest in with a name only',
		away: 'Without a network you simply go on. It all comes together when you are back',
		keys: 'Press ? for all the keys'
	},
	nl: {
		title: 'Welkom. Dit bord is van jullie',
		lead: 'Alles hier mag je verplaatsen, veranderen en weggooien. Probeer maar.',
		notes: [
			'Druk op N en klik: een briefje. Dubbelklik op een briefje om erin te schrijven',
			'Je kunt met z’n tweeën tegelijk in één briefje schrijven',
			'Sleep om te verplaatsen. Met Shift en klikken kies je er meer',
			'Ctrl+Z neemt je eigen laatste stap terug, nooit die van een ander'
		],
		call: 'Elk bord is ook een kamer: doe mee met het gesprek onderaan en je gezicht staat bij je cursor',
		share: 'Delen, rechtsboven: met een link komt een gast binnen met alleen een naam',
		away: 'Zonder netwerk ga je gewoon door. Het komt weer samen als je terug bent',
		keys: 'Druk op ? voor alle toetsen'
	}
} as const;

const COLOURS: readonly NoteColour[] = ['butter', 'coral', 'mint', 'sky'];

/** Fills a fresh document with the board that explains itself. */
export function fillWelcome(doc: Y.Doc, language: keyof typeof WORDS, now = 0): void {
	const words = WORDS[language];
	const rows: Draft[] = [
		{ t: 'text', at: [-470, -330], size: [940, 60], fontSize: 40, text: words.title },
		{ t: 'text', at: [-470, -260], size: [940, 36], fontSize: 21, text: words.lead },
		...words.notes.map((text, i): Draft => ({
			t: 'note',
			at: [-470 + i * 246, -190],
			colour: COLOURS[i] ?? 'butter',
			text
		})),
		{ t: 'shape', at: [-470, 70], size: [446, 180], colour: 'lilac', text: words.call },
		{ t: 'shape', at: [22, 70], size: [446, 180], colour: 'sand', text: words.share },
		{ t: 'conn', at: [-24, 160], a: { pt: [0, 0] }, b: { pt: [46, 0] } },
		{ t: 'text', at: [-470, 284], size: [940, 36], fontSize: 21, text: words.away },
		{ t: 'text', at: [-470, 326], size: [940, 36], fontSize: 21, text: words.keys }
	];
	initDocument(doc);
	addElements(doc, rows, { by: HOUSE, now });
}
