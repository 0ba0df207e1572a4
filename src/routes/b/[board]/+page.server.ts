import { requireViewer, visible } from '../../visit.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const viewer = requireViewer(event);
	const { app } = event.locals;
	const { board } = event.params;
	const cookie = event.request.headers.get('cookie') ?? undefined;
	const { title, sync } = await visible(() => app.boards.read(viewer, board));
	const { person, standing, team } = await visible(() => app.access.admit(cookie, board));
	return {
		board: { id: board, title, sync, role: standing.role, epoch: await app.boards.epochOf(board) },
		me: { id: person.id, name: person.name, guest: person.guest, colour: person.colour },
		standing,
		team,
		bench: app.config.bench
	};
};
