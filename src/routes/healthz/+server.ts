import type { RequestHandler } from './$types';

/** Which parts this node runs on, and whether they answer: 503 only when records or documents fail. */
export const GET: RequestHandler = async ({ locals }) => {
	const health = await locals.app.health();
	return Response.json(health, {
		status: health.status === 'down' ? 503 : 200,
		headers: { 'cache-control': 'no-store' }
	});
};
