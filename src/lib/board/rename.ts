import { m } from '#i18n/messages';

/** What became of a new name: the board has it, or in words why not. */
export type Renamed = Readonly<{ title: string }> | Readonly<{ refused: string }>;

/** Asks the server to give the board another name. */
export async function rename(board: string, title: string): Promise<Renamed> {
	try {
		const answer = await fetch(`/api/v1/boards/${board}`, {
			method: 'PATCH',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ title })
		});
		const body = (await answer.json()) as { title: string; message: string };
		return answer.ok ? { title: body.title } : { refused: body.message };
	} catch {
		// The network is an edge: the title stays as it was, and that is said.
		return { refused: m.board_share_unreachable() };
	}
}
