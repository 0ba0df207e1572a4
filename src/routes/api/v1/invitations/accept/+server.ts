import { z } from 'zod';
import type { RequestHandler } from './$types';

const accepted = z.object({ token: z.string() });

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { token } = await call.body(accepted);
		return Response.json({ team: await app.invitations.accept(by, token, call.from) });
	});
};
