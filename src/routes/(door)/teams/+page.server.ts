import { requireAccount } from '../../visit.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const viewer = requireAccount(event);
	return { teams: await event.locals.app.teams.of(viewer.id) };
};
