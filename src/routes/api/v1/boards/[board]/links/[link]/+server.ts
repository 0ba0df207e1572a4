import type { RequestHandler } from './$types';

export const DELETE: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		await app.links.withdraw(call.me(), event.params.board, event.params.link);
		return new Response(null, { status: 204 });
	});
};
