import { z } from 'zod';
import { startSession } from '../../../visit.ts';
import type { RequestHandler } from './$types';

const credentials = z.object({ email: z.string(), password: z.string() });

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const { email, password } = await call.body(credentials);
		const id = await app.accounts.signIn(email, password, call.from);
		await startSession(event, id);
		return Response.json({ id });
	});
};

export const DELETE: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async () => {
		const token = app.http.tokenOf(event.request.headers.get('cookie'));
		if (token !== null) await app.sessions.end(token);
		app.http.dropSession(event.cookies);
		return new Response(null, { status: 204 });
	});
};
