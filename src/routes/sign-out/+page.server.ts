import { redirect } from '@sveltejs/kit';
import { endSession } from '../visit.ts';
import type { Actions, PageServerLoad } from './$types';

/** Signing out changes something, so only a form does it; a mere visit goes to the start. */
export const load: PageServerLoad = () => redirect(303, '/');

export const actions: Actions = {
	default: async (event) => {
		await endSession(event);
		redirect(303, '/');
	}
};
