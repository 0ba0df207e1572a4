import { requireViewer } from '../../visit.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const viewer = requireViewer(event);
	const teams = viewer.guest ? [] : await event.locals.app.teams.of(viewer.id);
	const asked = event.url.searchParams.get('team');
	const back = teams.find(({ id }) => id === asked) ?? teams[0];
	return {
		me: { id: viewer.id, name: viewer.name, email: viewer.email },
		back: back ? { id: back.id, name: back.name } : null
	};
};
