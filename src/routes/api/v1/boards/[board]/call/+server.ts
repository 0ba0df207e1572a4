import { z } from 'zod';
import { Refused } from '#domain/refusal';
import type { RequestHandler } from './$types';

const joining = z.object({
	tab: z
		.string()
		.regex(/^[A-Za-z0-9_-]{1,64}$/)
		.optional()
});

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { tab } = await call.body(joining);
		const session = await app.http.sessionOf(event.request.headers.get('cookie'));
		// It ended since the request came in.
		if (!session) throw new Refused('session.none');
		const ticket = await app.calls.join(by, event.params.board, tab, session);
		return Response.json({ url: call.url('/livekit').replace(/^http/, 'ws'), ...ticket });
	});
};
