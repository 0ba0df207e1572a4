import type { RequestHandler } from './$types';

export const DELETE: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		await app.invitations.withdraw(call.me(), event.params.team, event.params.invitation);
		return new Response(null, { status: 204 });
	});
};
