import { AsyncLocalStorage } from 'node:async_hooks';
import { building } from '$app/environment';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import { overwriteServerAsyncLocalStorage, type ParaglideAsyncLocalStorage } from '#i18n/runtime';
import { Refused, type RefusalCode } from '#domain/refusal';
import { startApp, type App } from '../server/app.ts';

let app: App;
const language: ParaglideAsyncLocalStorage = new AsyncLocalStorage();

/** Kit awaits this before the first request. */
export const init: ServerInit = async () => {
	overwriteServerAsyncLocalStorage(language);
	if (!building) app = await startApp();
};

/** Paths that are asked while parts may be down, by programs without a session. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** What Kit itself refuses before a call's route is reached. */
const REFUSED_BY_KIT: Readonly<Record<number, RefusalCode>> = {
	400: 'input.malformed',
	404: 'input.no-such-call',
	405: 'input.no-such-method'
};

export const handle: Handle = async ({ event, resolve }) => {
	const { locals, request, url, cookies } = event;
	const cookieHeader = request.headers.get('cookie');
	const { http } = app;
	locals.app = app;
	locals.viewer = null;
	locals.unread = null;
	locals.away = null;
	locals.language = http.language(null, request.headers);
	try {
		const session = PROBES.has(url.pathname) ? null : await http.sessionOf(cookieHeader);
		if (session) {
			locals.viewer = session.viewer;
			locals.language = http.language(session.viewer.language, request.headers);
			const token = http.tokenOf(cookieHeader);
			if (session.renewed && token) http.keepSession(cookies, { token, expiresAt: session.expiresAt });
			if (session.viewer.language) http.choices.keepLanguage(cookies, session.viewer.language);
		}
	} catch (error) {
		const refused = http.refusalIn(error, url.pathname);
		if (!refused) throw error;
		// Whoever tampers with cookies gets the refusal as it is, and who reads a page a page. A form answers for itself, with
		// what was typed into it.
		if (refused.code !== 'part.down') return http.refuse(refused, locals.language);
		if (request.method !== 'POST' || url.pathname.startsWith('/api/')) return http.away(event, refused);
		locals.unread = refused;
	}

	const response = await language.run(
		{ locale: locals.language, origin: url.origin, messageCalls: new Set() },
		async () =>
			resolve(event, {
				transformPageChunk: ({ html }) =>
					html.replace('%lang%', locals.language).replace('%theme%', http.choices.theme(cookies))
			})
	);
	// What was done before may have been signing in, or moving the session on.
	const instead = (answer: Response) => {
		for (const cookie of response.headers.getSetCookie()) answer.headers.append('set-cookie', cookie);
		return answer;
	};
	if (locals.away) return instead(http.away(event, locals.away));
	const unlikeCalls = !response.ok && !response.headers.get('content-type')?.startsWith('application/json');
	if (url.pathname.startsWith('/api/') && unlikeCalls) {
		const code = REFUSED_BY_KIT[response.status];
		if (code) return instead(http.refuse(new Refused(code), locals.language));
	}
	http.guardPage(response, { personal: locals.viewer !== null });
	return response;
};

/** A bug is logged once, here; the page gets an id to ask about and no more. */
export const handleError: HandleServerError = ({ error, event, status }) => {
	const words = (code: 'input.no-such-call' | 'input.too-large' | 'part.down' | 'unexpected') =>
		app.http.words(code, event.locals.language ?? 'en');
	if (status === 404) return { message: words('input.no-such-call') };
	if (status === 413) return { message: words('input.too-large') };
	const refused = app.http.refusalIn(error, event.url.pathname);
	if (refused?.code === 'part.down') {
		event.locals.away = refused;
		return { message: words(refused.code), code: refused.code };
	}
	return { message: words('unexpected'), id: app.http.report(error, { path: event.url.pathname }) };
};
