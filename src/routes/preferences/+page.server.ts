import { redirect, type RequestEvent } from '@sveltejs/kit';
import { languageOf } from '#domain/team/language';
import { localPath } from '$lib/ui/local-path';
import { answer } from '$lib/ui/refused-form';
import { rememberLanguage, rememberTheme, themeOf } from '../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = () => redirect(303, '/');

export const actions: Actions = {
	language: async (event) => {
		const form = await event.request.formData();
		const language = languageOf(answer(form, 'language'));
		if (language) {
			rememberLanguage(event, language);
			const { viewer, app } = event.locals;
			if (viewer) await app.accounts.setLanguage(viewer.id, language);
		}
		goBack(form);
	},
	theme: async (event: RequestEvent) => {
		const form = await event.request.formData();
		rememberTheme(event, themeOf(answer(form, 'theme')));
		goBack(form);
	}
};

function goBack(form: FormData): never {
	redirect(303, localPath(answer(form, 'to')));
}
