import { Refused } from '#domain/refusal';
import type { RequestHandler } from './$types';

/** The board at a moment, as one Yjs update (`application/octet-stream`). */
export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const { board, moment } = event.params;
		const by = call.me();
		if (!/^\d{1,9}$/u.test(moment)) throw new Refused('board.no-such-moment');
		const state = await app.history.stateAt(by, board, Number(moment));
		return new Response(state as Uint8Array<ArrayBuffer>, {
			headers: { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' }
		});
	});
};
