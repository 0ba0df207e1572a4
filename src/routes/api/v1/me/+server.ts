import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const { id, name, email } = call.me();
		return Response.json({ id, name, ...(email === null ? {} : { email }), teams: await app.teams.of(id) });
	});
};
