import { z } from 'zod';
import type { RequestHandler } from './$types';

const newTeam = z.object({ name: z.string() });

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const { id } = await app.teams.create(call.me(), (await call.body(newTeam)).name);
		return Response.json({ id }, { status: 201 });
	});
};
