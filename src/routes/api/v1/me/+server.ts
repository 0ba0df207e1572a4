import { z } from 'zod';
import { LANGUAGES } from '#domain/team/language';
import type { RequestHandler } from './$types';

const patch = z.object({ name: z.string().optional(), language: z.enum(LANGUAGES).nullish() });

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const { id, name, email } = call.me();
		return Response.json({ id, name, ...(email === null ? {} : { email }), teams: await app.teams.of(id) });
	});
};

export const PATCH: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { id, name, email, language } = await app.people.patch(by, await call.body(patch));
		return Response.json({ id, name, ...(email === null ? {} : { email }), language });
	});
};
