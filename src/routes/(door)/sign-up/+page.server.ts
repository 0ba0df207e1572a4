import { redirect } from '@sveltejs/kit';
import { getLocale } from '#i18n/runtime';
import { answer } from '$lib/ui/refused-form';
import { clientOf, refuseForm, startSession } from '../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	if (locals.viewer && !locals.viewer.guest) redirect(303, '/');
	return { open: await locals.app.accounts.signUpIsOpen() };
};

export const actions: Actions = {
	default: async (event) => {
		const form = await event.request.formData();
		const [name, email] = [answer(form, 'name'), answer(form, 'email')];
		try {
			const account = { name, email, password: answer(form, 'password'), language: getLocale() };
			await startSession(event, await event.locals.app.accounts.signUp(account, clientOf(event)));
		} catch (error) {
			return refuseForm(event, error, { name, email });
		}
		redirect(303, '/new-team');
	}
};
