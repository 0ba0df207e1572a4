import { z } from 'zod';
import { INVITED_ROLES } from '#domain/team/roles';
import type { RequestHandler } from './$types';

const newInvitation = z.object({ role: z.enum(INVITED_ROLES), email: z.string().optional() });

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const urlOf = (token: string) => call.url(`/join/${token}`);
		const by = call.me();
		const made = await app.invitations.create(by, event.params.team, await call.body(newInvitation), urlOf);
		return Response.json({ ...made, url: urlOf(made.token) }, { status: 201 });
	});
};

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const listed = await app.invitations.list(call.me(), event.params.team);
		return Response.json({
			invitations: listed.map((one) => ({ ...one, url: call.url(`/join/${one.token}`) }))
		});
	});
};
