import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import { REFUSALS, Refused } from '#domain/refusal';
import { refusalWords } from '#i18n/refusal-words';
import { refusedForm } from '$lib/ui/refused-form';

type Viewer = NonNullable<App.Locals['viewer']>;

/** Whoever looks, guests included; anyone else signs in first and comes back. Refuses `part.down` where that cannot be told. */
export function requireViewer({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>): Viewer {
	if (locals.viewer) return locals.viewer;
	if (locals.unread) throw locals.unread;
	redirect(303, `/sign-in?to=${encodeURIComponent(url.pathname + (url.pathname.startsWith('/t/') ? '' : url.search))}`);
}

/** The same for pages that guests have no part in. */
export function requireAccount(event: Pick<RequestEvent, 'locals' | 'url'>): Viewer {
	const viewer = requireViewer(event);
	if (viewer.guest) redirect(303, '/');
	return viewer;
}

/** Does what a page needs, and shows a refusal as the error page of its status. */
export async function visible<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (thrown) {
		if (thrown instanceof Refused) error(REFUSALS[thrown.code].http, { message: refusalWords(thrown.code) });
		throw thrown;
	}
}

/**
 * What a form answers when a service says no, or a part that it needs is away: what was typed, but for secrets, stays in it.
 * Anything else flies on.
 */
export function refuseForm(event: RequestEvent, thrown: unknown, typed: Readonly<Record<string, string>> = {}) {
	const refused = event.locals.app.http.refusalIn(thrown, event.url.pathname);
	if (!refused) throw thrown;
	if (refused.retryAfterS !== undefined) event.setHeaders({ 'retry-after': String(refused.retryAfterS) });
	return refusedForm(refused, typed);
}

/** The client's address, for counting attempts. */
export function clientOf(event: RequestEvent): string {
	return event.locals.app.http.from(event);
}

/** Signs someone in on this browser and answers them; whoever was in before is out. */
export async function startSession(event: RequestEvent, personId: string): Promise<Viewer> {
	const { locals, cookies } = event;
	const { sessions, http } = locals.app;
	const before = http.tokenOf(event.request.headers.get('cookie'));
	const started = await sessions.start(personId);
	const live = await sessions.read(started.token);
	if (!live) throw new Error('a session that has just begun cannot be read');
	if (before) await sessions.end(before);
	http.keepSession(cookies, started);
	// The next page's script reads its language here; without it server and browser could differ.
	if (live.viewer.language) http.choices.keepLanguage(cookies, live.viewer.language);
	locals.viewer = live.viewer;
	return live.viewer;
}

/** Signs out: open sockets close, and the browser forgets. */
export async function endSession({ locals, cookies, request }: RequestEvent): Promise<void> {
	const { sessions, http } = locals.app;
	const token = http.tokenOf(request.headers.get('cookie'));
	if (token) await sessions.end(token);
	http.dropSession(cookies);
}

/** What the page of a link shows that leads nowhere. `minutes`: so long nothing more is said of links, for too many failed. */
export function goneLink(thrown: unknown) {
	if (!(thrown instanceof Refused)) throw thrown;
	const minutes = thrown.code === 'rate.too-many' ? Math.ceil((thrown.retryAfterS ?? 60) / 60) : null;
	return { is: 'gone' as const, words: refusalWords(thrown.code), minutes };
}
