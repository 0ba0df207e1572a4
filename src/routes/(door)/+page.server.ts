import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Who is signed in walks on: to the only team, to the list, to a new team, or (a guest) to their board. */
export const load: PageServerLoad = async ({ locals }) => {
	const { viewer, app } = locals;
	if (!viewer) return {};
	if (viewer.guest) {
		const board = await app.guests.boardOf(viewer.id);
		if (board === null) return {};
		redirect(303, `/b/${board}`);
	}
	const [first, ...others] = await app.teams.of(viewer.id);
	if (!first) redirect(303, '/new-team');
	redirect(303, others.length > 0 ? '/teams' : `/t/${first.id}`);
};
