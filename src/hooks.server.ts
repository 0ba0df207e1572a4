import { AsyncLocalStorage } from 'node:async_hooks';
import { building } from '$app/environment';
import { error as failWith, type Handle, type HandleServerError, type ServerInit } from '@sveltejs/kit';
import { overwriteServerAsyncLocalStorage, type ParaglideAsyncLocalStorage } from '#i18n/runtime';
import { Refused } from '#domain/refusal';
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

export const handle: Handle = async ({ event, resolve }) => {
	const { locals, request, url, cookies } = event;
	const cookieHeader = request.headers.get('cookie');
	const { http } = app;
	locals.app = app;
	locals.viewer = null;
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
		// Who reads a page gets one; programs, and whoever tampers with cookies, the refusal as it is.
		if (refused.code === 'part.down' && !url.pathname.startsWith('/api/')) {
			failWith(http.status(refused.code), { code: refused.code, message: http.words(refused.code, locals.language) });
		}
		return http.refuse(refused, locals.language);
	}

	const response = await language.run(
		{ locale: locals.language, origin: url.origin, messageCalls: new Set() },
		async () =>
			resolve(event, {
				transformPageChunk: ({ html }) =>
					html.replace('%lang%', locals.language).replace('%theme%', http.choices.theme(cookies))
			})
	);
	if (response.status === 405 && url.pathname.startsWith('/api/')) {
		return http.refuse(new Refused('input.no-such-method'), locals.language);
	}
	http.guardPage(response, { personal: locals.viewer !== null });
	return response;
};

/** A bug is logged once, here; the page gets an id to ask about and no more. */
export const handleError: HandleServerError = ({ error, event, status }) => {
	const words = (code: 'input.no-such-call' | 'unexpected') => app.http.words(code, event.locals.language ?? 'en');
	if (status === 404) return { message: words('input.no-such-call') };
	return { message: words('unexpected'), id: app.http.report(error, { path: event.url.pathname }) };
};
