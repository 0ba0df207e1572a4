import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) =>
		Response.json({ members: await app.teams.members(call.me(), event.params.team) })
	);
};
