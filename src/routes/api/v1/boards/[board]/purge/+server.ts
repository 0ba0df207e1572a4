import type { RequestHandler } from './$types';

/** Takes what is deleted out of the board and its past, for good. */
export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => Response.json(await app.history.purge(call.me(), event.params.board)));
};
