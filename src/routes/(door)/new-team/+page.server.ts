import { redirect } from '@sveltejs/kit';
import { answer, refusedForm } from '$lib/ui/refused-form';
import { requireAccount } from '../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
	requireAccount(event);
};

export const actions: Actions = {
	default: async (event) => {
		const viewer = requireAccount(event);
		const name = answer(await event.request.formData(), 'name');
		let made;
		try {
			made = await event.locals.app.teams.create(viewer, name);
		} catch (error) {
			return refusedForm(error, { name });
		}
		redirect(303, `/t/${made.id}`);
	}
};
