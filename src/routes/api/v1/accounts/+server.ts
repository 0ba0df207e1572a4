import { z } from 'zod';
import { LANGUAGES } from '#domain/team/language';
import { startSession } from '../../../visit.ts';
import type { RequestHandler } from './$types';

const newAccount = z.object({
	name: z.string(),
	email: z.string(),
	password: z.string(),
	language: z.enum(LANGUAGES).optional(),
	invitation: z.string().optional()
});

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const id = await app.accounts.signUp(await call.body(newAccount), call.from);
		await startSession(event, id);
		return Response.json({ id }, { status: 201 });
	});
};
