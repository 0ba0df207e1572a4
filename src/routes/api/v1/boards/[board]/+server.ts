import { z } from 'zod';
import type { RequestHandler } from './$types';

const patch = z.object({
	title: z.string().optional(),
	archived: z.boolean().optional(),
	deleted: z.boolean().optional()
});

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const { standing: _, ...board } = await app.boards.read(call.me(), event.params.board);
		return Response.json(board);
	});
};

export const PATCH: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		return Response.json(await app.boards.patch(by, event.params.board, await call.body(patch)));
	});
};

export const DELETE: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		await app.boards.remove(call.me(), event.params.board);
		return new Response(null, { status: 204 });
	});
};
