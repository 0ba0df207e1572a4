import { redirect } from '@sveltejs/kit';
import { localPath } from '$lib/ui/local-path';
import { answer } from '$lib/ui/refused-form';
import { clientOf, refuseForm, startSession } from '../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const to = localPath(url.searchParams.get('to'));
	if (locals.viewer && !locals.viewer.guest) redirect(303, to);
	return { to };
};

export const actions: Actions = {
	default: async (event) => {
		const form = await event.request.formData();
		const email = answer(form, 'email');
		try {
			const person = await event.locals.app.accounts.signIn(email, answer(form, 'password'), clientOf(event));
			await startSession(event, person);
		} catch (error) {
			return refuseForm(event, error, { email });
		}
		redirect(303, localPath(answer(form, 'to')));
	}
};
