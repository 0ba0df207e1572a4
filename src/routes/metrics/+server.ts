import type { RequestHandler } from './$types';

/** What this node measures, in Prometheus' text form, for who has METRICS_TOKEN. */
export const GET: RequestHandler = (event) =>
	event.locals.app.http.answer(event, async () => {
		const { type, text } = await event.locals.app.metrics.read(
			event.request.headers.get('authorization'),
			event.getClientAddress()
		);
		return new Response(text, { headers: { 'content-type': type, 'cache-control': 'no-store' } });
	});
