import { z } from 'zod';
import { startSession } from '../../../visit.ts';
import type { RequestHandler } from './$types';

const newGuest = z.object({ token: z.string(), name: z.string() });

export const POST: RequestHandler = (event) => {
	const { app, language } = event.locals;
	return app.http.answer(event, async (call) => {
		const { token, name } = await call.body(newGuest);
		const { id, board } = await app.guests.enter(token, name, { from: call.from, language });
		await startSession(event, id);
		return Response.json({ id, board: { id: board, sync: `/sync/${board}` } }, { status: 201 });
	});
};
