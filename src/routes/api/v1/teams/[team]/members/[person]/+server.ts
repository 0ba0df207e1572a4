import { z } from 'zod';
import { TEAM_ROLES } from '#domain/team/roles';
import type { RequestHandler } from './$types';

const change = z.object({ role: z.enum(TEAM_ROLES) });

export const PATCH: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { role } = await call.body(change);
		await app.teams.setRole(by, event.params.team, event.params.person, role);
		return new Response(null, { status: 204 });
	});
};

export const DELETE: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		await app.teams.remove(call.me(), event.params.team, event.params.person);
		return new Response(null, { status: 204 });
	});
};
