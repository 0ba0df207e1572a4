import { redirect } from '@sveltejs/kit';
import { Refused } from '#domain/refusal';
import { getLocale } from '#i18n/runtime';
import { answer } from '$lib/ui/refused-form';
import { clientOf, goneLink, refuseForm, startSession } from '../../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { app, viewer } = event.locals;
	let link;
	try {
		link = await app.guests.look(event.params.token, clientOf(event));
	} catch (error) {
		return goneLink(error);
	}
	// Members of the team and guests who were here before need no second name.
	if (viewer && (await mayOpen(event.locals, link.board))) redirect(303, `/b/${link.board}`);
	return { is: 'open' as const, link };
};

export const actions: Actions = {
	default: async (event) => {
		const name = answer(await event.request.formData(), 'name');
		let entered;
		try {
			entered = await event.locals.app.guests.enter(event.params.token, name, {
				from: clientOf(event),
				language: getLocale()
			});
			await startSession(event, entered.id);
		} catch (error) {
			return refuseForm(event, error, { name });
		}
		redirect(303, `/b/${entered.board}`);
	}
};

async function mayOpen({ app, viewer }: App.Locals, board: string): Promise<boolean> {
	if (!viewer) return false;
	try {
		await app.boards.read(viewer, board);
		return true;
	} catch (error) {
		if (error instanceof Refused) return false;
		throw error;
	}
}
