import { z } from 'zod';
import type { RequestHandler } from './$types';

const moment = z.number().int().min(1).max(999_999_999);
const restore = z.discriminatedUnion('as', [
	z.object({ as: z.literal('copy'), moment, title: z.string().optional() }),
	z.object({ as: z.literal('board'), moment })
]);

/** Brings a moment back: as a board of its own, or on the living board. */
export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { board } = event.params;
		const asked = await call.body(restore);
		if (asked.as === 'board') return Response.json(await app.history.restoreInPlace(by, board, asked.moment));
		const copy = await app.history.restoreAsCopy(by, board, asked.moment, asked.title);
		return Response.json(copy, { status: 201 });
	});
};
