import { z } from 'zod';
import { Refused } from '#domain/refusal';
import type { RequestHandler } from './$types';

const asked = z.object({
	before: z.coerce.number().int().min(1).optional(),
	most: z.coerce.number().int().min(1).optional()
});

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { success, data } = asked.safeParse(Object.fromEntries(event.url.searchParams));
		if (!success) throw new Refused('input.malformed');
		return Response.json({ moments: await app.history.moments(by, event.params.board, data) });
	});
};
