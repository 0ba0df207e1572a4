import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { REFUSALS, Refused, type RefusalCode } from '#domain/refusal';
import type { Language } from '#domain/team/language';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { LiveSession, NewSession, Viewer } from '../services/sessions.ts';
import { respondRefused, respondUnexpected } from './answers.ts';
import { AWAY_POLICY, awayPage } from './away-page.ts';
import { readJson } from './body.ts';
import { clientAddress } from './client-address.ts';
import { createChoices } from './choices.ts';
import { languageFor } from './language.ts';
import { refusalOf } from './part-down.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { readSessionCookie, sessionCookieName, sessionCookieOptions } from './cookies.ts';
import { refusalWords } from '#i18n/refusal-words';

/** The parts of Kit's `RequestEvent` that calls use; described here because the server knows no Kit. */
type Asked = Readonly<{
	request: Request;
	url: URL;
	locals: Readonly<{ viewer: Viewer | null; language: Language }>;
	getClientAddress: () => string;
}>;

/** A request for a page, or for the data of one. */
type Visited = Pick<Asked, 'request' | 'url' | 'locals'> &
	Readonly<{ isDataRequest: boolean; cookies: Readonly<{ get(name: string): string | undefined }> }>;

type CookieJar = Readonly<{
	set(name: string, value: string, options: CookieOptions & { expires: Date }): void;
	delete(name: string, options: CookieOptions): void;
}>;
type CookieOptions = ReturnType<typeof sessionCookieOptions>;

/** One call for programs, as its route sees it. */
export type Call = Readonly<{
	/** Who calls; refuses `session.none`. */
	me(): Viewer;
	/** The checked JSON body. */
	body<S extends z.ZodType>(schema: S): Promise<z.output<S>>;
	/** An absolute address of ours: from ORIGIN, or the address asked for. */
	url(path: string): string;
	/** The client's address, for counting attempts. */
	from: string;
}>;

export type Http = ReturnType<typeof createHttp>;

/** How often it is said that a part is away, as long as it is. */
const SAY_AGAIN_MS = 10_000;

type Deps = Readonly<{
	config: Pick<Config, 'origin' | 'share' | 'trustProxy'>;
	log: Log;
	readSession: (token: string | null) => Promise<LiveSession | null>;
}>;

/** The edge between requests and services, for routes and pages. */
export function createHttp({ config, log, readSession }: Deps) {
	const origin = (asked: Pick<Asked, 'url'>) => config.origin ?? asked.url.origin;
	const choices = createChoices(config);
	let awaySaidAt: number | null = null;
	const from = (asked: Pick<Asked, 'request' | 'getClientAddress'>) =>
		clientAddress(asked.request.headers.get('x-forwarded-for'), asked.getClientAddress(), config.trustProxy);

	/** Logs a bug once and answers the id under which it can be found. */
	function report(error: unknown, facts: Readonly<Record<string, unknown>> = {}): string {
		const id = randomUUID();
		log.error({ err: error, id, ...facts }, 'unexpected');
		return id;
	}

	/** Sets the headers every answer of Kit has; what is `personal` is kept by no cache. */
	function guardPage(response: Response, { personal }: { readonly personal: boolean }): void {
		for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
		if (!response.headers.get('content-type')?.startsWith('text/html')) {
			if (personal && !response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
			return;
		}
		response.headers.set('content-type', 'text/html; charset=utf-8');
		response.headers.set('cache-control', personal ? 'no-store' : 'no-cache');
	}

	/** The refusal that an error stands for, or null for a bug. Whoever runs the product reads of a part that is away. */
	function refusalIn(error: unknown, path: string): Refused | null {
		const refused = refusalOf(error);
		if (!refused || refused === error) return refused;
		// Everyone's calls fail while it is away: what is wrong is said now and then, each call only where all is wanted.
		const now = performance.now();
		const said = awaySaidAt !== null && now - awaySaidAt < SAY_AGAIN_MS;
		if (!said) awaySaidAt = now;
		log[said ? 'debug' : 'warn']({ err: error, path }, 'a part does not answer');
		return refused;
	}

	return {
		/** Runs a call: refusals become their status and `{code, message}`, bugs a 500 with an id. */
		async answer(asked: Asked, work: (call: Call) => Promise<Response>): Promise<Response> {
			const { language, viewer } = asked.locals;
			try {
				return await work({
					me() {
						if (!viewer) throw new Refused('session.none');
						return viewer;
					},
					body: (schema) => readJson(asked.request, schema),
					url: (path) => origin(asked) + path,
					from: from(asked)
				});
			} catch (error) {
				const refused = refusalIn(error, asked.url.pathname);
				if (refused) return respondRefused(refused, language);
				return respondUnexpected(report(error, { method: asked.request.method, path: asked.url.pathname }), language);
			}
		},
		refusalIn,
		/** A refusal as a response, for what is refused before a route is reached. */
		refuse: (refused: Refused, language: Language): Response => respondRefused(refused, language),
		/** The status of a refusal, for form actions: `fail(http.status(code), …)`. */
		status: (code: RefusalCode): number => REFUSALS[code].http,
		/** A refusal in the reader's language. */
		words: refusalWords,
		/** An absolute address of ours, as links in answers, pages and mail have it. */
		url: (asked: Pick<Asked, 'url'>, path: string): string => origin(asked) + path,
		/** The client's address, for counting attempts. */
		from,
		report,
		/** The language to answer in: the person's own, else what this browser chose or asks for. */
		language: (own: Language | null, headers: Headers): Language =>
			languageFor(own, headers.get('cookie'), headers.get('accept-language')),
		/** What was chosen on this browser. */
		choices,
		guardPage,
		/** That a part is away, as who asks can read it: a page for people, and for programs and scripts of pages the refusal. */
		away(asked: Visited, refused: Refused): Response {
			const { language } = asked.locals;
			const answer = respondRefused(refused, language);
			if (asked.url.pathname.startsWith('/api/') || asked.isDataRequest) return answer;
			const { status, headers } = answer;
			// A form that a script has sent: it shows the page's error.
			if (asked.request.headers.get('x-sveltekit-action') === 'true') {
				const error = { code: refused.code, message: refusalWords(refused.code, language) };
				return new Response(JSON.stringify({ type: 'error', error }), { status, headers });
			}
			const page = new Response(awayPage(language, choices.theme(asked.cookies)), { status, headers });
			page.headers.set('content-type', 'text/html');
			guardPage(page, { personal: true });
			page.headers.set('content-security-policy', AWAY_POLICY);
			return page;
		},
		/** Whose session a `Cookie` header holds; refuses `input.two-cookies`. */
		sessionOf: (cookieHeader: string | null | undefined): Promise<LiveSession | null> =>
			readSession(readSessionCookie(cookieHeader, config)),
		/** The secret in a `Cookie` header, to end its session with. */
		tokenOf: (cookieHeader: string | null | undefined): string | null => readSessionCookie(cookieHeader, config),
		/** Gives the browser a session to keep. */
		keepSession(cookies: CookieJar, session: NewSession): void {
			cookies.set(sessionCookieName(config), session.token, {
				...sessionCookieOptions(config),
				expires: new Date(session.expiresAt)
			});
		},
		/** Takes it back. */
		dropSession(cookies: CookieJar): void {
			cookies.delete(sessionCookieName(config), sessionCookieOptions(config));
		}
	};
}
