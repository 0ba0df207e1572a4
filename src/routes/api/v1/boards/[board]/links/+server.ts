import { z } from 'zod';
import { LINK_ROLES } from '#domain/board/roles';
import type { RequestHandler } from './$types';

const newLink = z.object({
	role: z.enum(LINK_ROLES),
	expiresAt: z.iso
		.datetime({ offset: true })
		.transform((text) => new Date(text))
		.nullish()
});

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { role, expiresAt = null } = await call.body(newLink);
		const made = await app.links.create(by, event.params.board, { role, expiresAt });
		return Response.json({ ...made, url: call.url(`/g/${made.token}`) }, { status: 201 });
	});
};

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const listed = await app.links.list(call.me(), event.params.board);
		return Response.json({ links: listed.map((one) => ({ ...one, url: call.url(`/g/${one.token}`) })) });
	});
};
