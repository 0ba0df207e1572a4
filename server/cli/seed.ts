import { randomBytes } from 'node:crypto';
import { addElements, type Draft } from '#domain/board/commands';
import { initDocument } from '#domain/board/document';
import type { NoteColour } from '#domain/board/element';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import type { Viewer } from '../services/sessions.ts';
import { withApp } from './opened.ts';

const TEAM = 'Example team';
const BOARD = 'Plan of the week';
const OWNER = { name: 'Ada', email: 'ada@example.org' };
const MEMBERS = [
	{ name: 'Bram', email: 'bram@example.org' },
	{ name: 'Chris', email: 'chris@example.org' }
];

/** A week as a team would have it on its wall: a column a day, and who said what. */
const DAYS: readonly Readonly<{ name: string; notes: readonly (readonly [NoteColour, string])[] }>[] = [
	{ name: 'Monday', notes: [['butter', 'Start of the week, 9:30. Ten minutes, at this board']] },
	{
		name: 'Tuesday',
		notes: [
			['mint', 'Bram and Chris at the office'],
			['sky', 'Sketches for the new front page. Put them here, rough is fine']
		]
	},
	{ name: 'Wednesday', notes: [['coral', 'Ada works at home; call her at this board']] },
	{
		name: 'Thursday',
		notes: [
			['mint', 'Everyone at the office. Lunch together?'],
			['lilac', 'Choose one of the sketches']
		]
	},
	{ name: 'Friday', notes: [['butter', 'What went well, what do we change?']] }
];
const COLUMN = 260;

/** The board as drafts, the middle of the week in the middle of the view. */
function planOfTheWeek(): Draft[] {
	const left = (-DAYS.length * COLUMN) / 2;
	const columns = DAYS.flatMap(({ name, notes }, day): Draft[] => {
		const x = left + day * COLUMN;
		return [
			{ t: 'text', at: [x, -200], size: [220, 36], fontSize: 21, text: name },
			...notes.map(([colour, text], i): Draft => ({ t: 'note', at: [x, -140 + i * 230], colour, text }))
		];
	});
	return [{ t: 'text', at: [left, -280], size: [900, 60], fontSize: 40, text: BOARD }, ...columns];
}

/**
 * Makes a team of three people with the welcome board and a plan of their week, and prints with what to sign in. An installation
 * that has them already is left as it is: the first address is refused.
 */
export async function seed(config: Config): Promise<number> {
	// One that nobody can guess: an installation that the world can reach may be seeded too.
	const password = randomBytes(9).toString('base64url');
	await withApp(config, async (app) => {
		const owner = await personOf(app, OWNER, password);
		const team = await app.teams.create(owner, TEAM);
		await app.boards.create(owner, team.id, BOARD, (doc) => {
			initDocument(doc);
			addElements(doc, planOfTheWeek(), { by: owner.id, now: app.clock.now() });
		});
		const invited = await app.invitations.create(owner, team.id, { role: 'member' }, (token) => token);
		for (const one of MEMBERS) {
			await app.invitations.accept(await personOf(app, one, password), invited.token, 'this machine');
		}
		await app.invitations.withdraw(owner, team.id, invited.id);
	});
	console.log(`"${TEAM}" has three people and two boards. Sign in with the password ${password} as`);
	for (const { name, email } of [OWNER, ...MEMBERS]) console.log(`  ${email}  (${name})`);
	return 0;
}

async function personOf(app: App, asked: typeof OWNER, password: string): Promise<Viewer> {
	const id = await app.accounts.signUp({ ...asked, password });
	return { id, ...asked, guest: false, language: null };
}
