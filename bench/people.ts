/** Accounts, a team, a board and guests, made over the interface for programs as any other program would. */
import { z } from 'zod';
import { visitor } from '../tests/support/visitor.ts';

const made = z.object({ id: z.string() });
const board = z.object({ id: z.string(), sync: z.string() });

export type Board = Readonly<z.infer<typeof board>>;
/** Someone with a team and the board that a new team is given. The cookie is a whole `Cookie` header. */
export type Owner = Readonly<{ cookie: string; welcome: Board; newBoard: () => Promise<OpenBoard> }>;
/** An empty board to which guests who may write along are let in. A guest is their cookie. */
export type OpenBoard = Board & Readonly<{ letIn: (name: string) => Promise<string> }>;

/** A newcomer who makes an account and a team. */
export async function makeOwner(url: string): Promise<Owner> {
	const owner = visitor(url);
	await ask(owner, 'POST', '/accounts', {
		name: 'Ada',
		email: 'ada@example.org',
		password: 'a garden of forking paths'
	});
	const { id: team } = made.parse(await ask(owner, 'POST', '/teams', { name: 'Bench' }));
	const { boards } = z.object({ boards: z.array(board) }).parse(await ask(owner, 'GET', `/boards?team=${team}`));
	const [welcome] = boards;
	if (!welcome) throw new Error('the new team has no welcome board');
	return {
		cookie: owner.cookie(),
		welcome,
		async newBoard() {
			const its = board.parse(await ask(owner, 'POST', '/boards', { team, title: 'Bench' }));
			const link = await ask(owner, 'POST', `/boards/${its.id}/links`, { role: 'editor' });
			const { token } = z.object({ token: z.string() }).parse(link);
			const letIn = async (name: string): Promise<string> => {
				const guest = visitor(url);
				await ask(guest, 'POST', '/guests', { token, name });
				return guest.cookie();
			};
			return { ...its, letIn };
		}
	};
}

async function ask(who: ReturnType<typeof visitor>, method: string, path: string, body?: unknown): Promise<unknown> {
	const { status, json, text } = await who.call(method, `/api/v1${path}`, body);
	if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
	return json;
}
