import { requireAccount, visible } from '../../visit.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => {
	const viewer = requireAccount(event);
	const team = await visible(() => event.locals.app.teams.read(viewer, event.params.team));
	return { team, me: { id: viewer.id, name: viewer.name } };
};
