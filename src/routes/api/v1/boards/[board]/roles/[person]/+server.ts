import { z } from 'zod';
import { BOARD_ROLES } from '#domain/board/roles';
import type { RequestHandler } from './$types';

const change = z.object({ role: z.enum(BOARD_ROLES).nullable() });

export const PUT: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { role } = await call.body(change);
		await app.boards.setRole(by, event.params.board, event.params.person, role);
		return new Response(null, { status: 204 });
	});
};
