import { z } from 'zod';
import { Refused } from '#domain/refusal';
import type { RequestHandler } from './$types';

const newBoard = z.object({ team: z.string(), title: z.string() });

export const POST: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const { team, title } = await call.body(newBoard);
		return Response.json(await app.boards.create(by, team, title), { status: 201 });
	});
};

export const GET: RequestHandler = (event) => {
	const { app } = event.locals;
	return app.http.answer(event, async (call) => {
		const by = call.me();
		const team = event.url.searchParams.get('team');
		if (team === null) throw new Refused('input.malformed');
		const bin = event.url.searchParams.get('bin') === '1';
		return Response.json({ boards: await app.boards.list(by, team, { bin }) });
	});
};
