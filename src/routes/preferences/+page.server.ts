import { redirect, type RequestEvent } from '@sveltejs/kit';
import { languageOf } from '#domain/team/language';
import { themeOf } from '#domain/team/theme';
import { localPath } from '$lib/ui/local-path';
import { answer } from '$lib/ui/refused-form';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = () => redirect(303, '/');

export const actions: Actions = {
	language: async (event) => {
		const form = await event.request.formData();
		const language = languageOf(answer(form, 'language'));
		if (language) {
			const { viewer, app } = event.locals;
			app.http.choices.keepLanguage(event.cookies, language);
			if (viewer) await app.people.patch(viewer, { language });
		}
		goBack(form);
	},
	theme: async (event: RequestEvent) => {
		const form = await event.request.formData();
		event.locals.app.http.choices.keepTheme(event.cookies, themeOf(answer(form, 'theme')));
		goBack(form);
	}
};

function goBack(form: FormData): never {
	redirect(303, localPath(answer(form, 'to')));
}
