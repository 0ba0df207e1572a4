import { Refused } from '#domain/refusal';
import { INVITED_ROLES, TEAM_ROLES } from '#domain/team/roles';
import { answer } from '$lib/ui/refused-form';
import { refuseForm, requireAccount, visible } from '../../../visit.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
	const viewer = requireAccount(event);
	const { teams, invitations } = event.locals.app;
	const team = event.params.team;
	const [members, links] = await visible(() =>
		Promise.all([teams.members(viewer, team), invitations.list(viewer, team)])
	);
	return {
		now: new Date(),
		members: members.map(({ id, name, email, role }) => ({ id, name, email, role })),
		invitations: links.map(({ id, role, email, token, expiresAt }) => ({
			id,
			role,
			email,
			expiresAt,
			url: joinUrl(event, token)
		}))
	};
};

export const actions: Actions = {
	invite: (event) =>
		act(event, async (viewer, team, form) => {
			const role = INVITED_ROLES.find((one) => one === form.get('role'));
			if (!role) throw new Refused('input.malformed');
			await event.locals.app.invitations.create(viewer, team, { role }, (token) => joinUrl(event, token));
		}),
	withdraw: (event) =>
		act(event, (viewer, team, form) => event.locals.app.invitations.withdraw(viewer, team, answer(form, 'invitation'))),
	role: (event) =>
		act(event, async (viewer, team, form) => {
			const role = TEAM_ROLES.find((one) => one === form.get('role'));
			if (!role) throw new Refused('input.malformed');
			await event.locals.app.teams.setRole(viewer, team, answer(form, 'person'), role);
		}),
	remove: (event) =>
		act(event, (viewer, team, form) => event.locals.app.teams.remove(viewer, team, answer(form, 'person')))
};

async function act(
	event: RequestEvent,
	work: (viewer: ReturnType<typeof requireAccount>, team: string, form: FormData) => Promise<void>
) {
	const form = await event.request.formData();
	try {
		await work(requireAccount(event), event.params.team, form);
	} catch (error) {
		return refuseForm(event, error);
	}
	return {};
}

function joinUrl(event: Pick<RequestEvent, 'locals' | 'url'>, token: string): string {
	return event.locals.app.http.url(event, `/join/${token}`);
}
