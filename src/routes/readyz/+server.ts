import type { RequestHandler } from './$types';

/** Whether new requests should come to this node: not while it migrates or drains. */
export const GET: RequestHandler = ({ locals }) =>
	Response.json(
		{ ready: locals.app.ready() },
		{ status: locals.app.ready() ? 200 : 503, headers: { 'cache-control': 'no-store' } }
	);
