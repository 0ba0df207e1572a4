import { redirect } from '@sveltejs/kit';
import { answer } from '$lib/ui/refused-form';
import { refuseForm, requireAccount } from '../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
	requireAccount(event);
};

export const actions: Actions = {
	default: async (event) => {
		const name = answer(await event.request.formData(), 'name');
		let made;
		try {
			made = await event.locals.app.teams.create(requireAccount(event), name);
		} catch (error) {
			return refuseForm(event, error, { name });
		}
		redirect(303, `/t/${made.id}`);
	}
};
