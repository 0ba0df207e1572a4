import { redirect } from '@sveltejs/kit';
import { m } from '#i18n/messages';
import { refuseForm, requireAccount, visible } from '../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('nabij:floor');
	const viewer = requireAccount(event);
	const { app } = event.locals;
	const boards = await visible(() => app.boards.list(viewer, event.params.team));
	return {
		now: new Date(),
		boards: boards
			.filter(({ archived }) => !archived)
			.map(({ id, title, updatedAt }) => ({ board: { id, title, updatedAt }, people: app.sync.peopleAt(id) }))
	};
};

export const actions: Actions = {
	newBoard: async (event) => {
		let made;
		try {
			const viewer = requireAccount(event);
			made = await event.locals.app.boards.create(viewer, event.params.team, m.floor_new_board_name());
		} catch (error) {
			return refuseForm(event, error);
		}
		redirect(303, `/b/${made.id}`);
	}
};
