import { randomBytes } from 'node:crypto';
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

/**
 * Makes a team of three people with the welcome board and an empty one, and prints with what to sign in. An installation
 * that has them already is left as it is: the first address is refused.
 */
export async function seed(config: Config): Promise<number> {
	// One that nobody can guess: an installation that the world can reach may be seeded too.
	const password = randomBytes(9).toString('base64url');
	await withApp(config, async (app) => {
		const owner = await personOf(app, OWNER, password);
		const team = await app.teams.create(owner, TEAM);
		await app.boards.create(owner, team.id, BOARD);
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
