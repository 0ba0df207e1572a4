import { redirect, type RequestEvent } from '@sveltejs/kit';
import { getLocale } from '#i18n/runtime';
import { answer } from '$lib/ui/refused-form';
import { clientOf, goneLink, refuseForm, requireAccount, startSession } from '../../../visit.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { app, viewer } = event.locals;
	try {
		const invitation = await app.invitations.look(event.params.token, clientOf(event));
		if (viewer && !viewer.guest) return { is: 'signed-in' as const, invitation, name: viewer.name };
		const way = event.url.searchParams.get('way') === 'sign-in' ? ('sign-in' as const) : ('sign-up' as const);
		return { is: 'signed-out' as const, invitation, way };
	} catch (error) {
		return goneLink(error);
	}
};

export const actions: Actions = {
	join: async (event) => {
		let team;
		try {
			team = await event.locals.app.invitations.accept(requireAccount(event), event.params.token, clientOf(event));
		} catch (error) {
			return refuseForm(event, error);
		}
		redirect(303, `/t/${team}`);
	},
	signUp: async (event) => {
		const form = await event.request.formData();
		const [name, email] = [answer(form, 'name'), answer(form, 'email')];
		const { token } = event.params;
		const account = { name, email, password: answer(form, 'password'), language: getLocale(), invitation: token };
		return enterBy(event, token, { name, email }, () => event.locals.app.accounts.signUp(account, clientOf(event)));
	},
	signIn: async (event) => {
		const form = await event.request.formData();
		const email = answer(form, 'email');
		const password = answer(form, 'password');
		return enterBy(event, event.params.token, { email }, () =>
			event.locals.app.accounts.signIn(email, password, clientOf(event))
		);
	}
};

/** Opens an account by `open`, and with it the team. Whoever is in but refused by the team sees why on the same page. */
async function enterBy(
	event: RequestEvent,
	token: string,
	typed: Readonly<Record<string, string>>,
	open: () => Promise<string>
) {
	const { app } = event.locals;
	let team;
	try {
		const viewer = await startSession(event, await open());
		team = await app.invitations.accept(viewer, token, clientOf(event));
	} catch (error) {
		return refuseForm(event, error, typed);
	}
	redirect(303, `/t/${team}`);
}
