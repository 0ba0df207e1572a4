/**
 * Every way Nabij says no, in one table: a stable code, the HTTP status it becomes, and (where a socket can hear it) the
 * close code. The words stand in `src/i18n/messages/<locale>/refusals.json` under `refusal_<code with . and - as _>`.
 *
 * The domain answers with a code, services throw {@link Refused}, edges (HTTP routes, the sync server) translate.
 */
export const REFUSALS = {
	'input.malformed': { http: 400 },
	'input.too-long': { http: 400 },
	'input.too-large': { http: 413, close: 4413 },
	'input.not-json': { http: 415 },
	'input.foreign-origin': { http: 403 },
	'input.foreign-host': { http: 421 },
	'input.two-cookies': { http: 400 },
	'input.no-such-call': { http: 404 },
	'input.no-such-method': { http: 405 },
	'session.none': { http: 401, close: 4401 },
	'session.wrong-credentials': { http: 401 },
	'account.email-taken': { http: 409 },
	'account.email-malformed': { http: 422 },
	'account.password-too-short': { http: 422 },
	'account.password-too-long': { http: 422 },
	'account.name-empty': { http: 422 },
	'account.sign-up-invited-only': { http: 403 },
	'account.needed': { http: 403 },
	'team.unknown': { http: 404 },
	'team.name-empty': { http: 422 },
	'team.not-yours': { http: 403 },
	'team.member-unknown': { http: 404 },
	'team.last-owner': { http: 409 },
	'invitation.unknown': { http: 404 },
	'invitation.expired': { http: 404 },
	'invitation.other-address': { http: 403 },
	'board.unknown': { http: 404, close: 4404 },
	'board.not-yours': { http: 403, close: 4403 },
	'board.no-such-moment': { http: 404 },
	'board.title-empty': { http: 422 },
	'link.unknown': { http: 404, close: 4401 },
	'link.expiry-past': { http: 422 },
	'call.off': { http: 503 },
	'call.down': { http: 503 },
	'metrics.not-yours': { http: 403 },
	'rate.too-many': { http: 429, close: 4503 },
	'part.down': { http: 503, close: 4503 },
	'wire.malformed': { http: 400, close: 4400 },
	'page.too-old': { http: 409, close: 4426 },
	/** A bug: logged with an id, which the person sees. */
	unexpected: { http: 500 }
} as const satisfies Record<string, { readonly http: number; readonly close?: number }>;

export type RefusalCode = keyof typeof REFUSALS;

/** An expected no. `retryAfterS` belongs to `rate.too-many` and `part.down`: whole seconds until it is worth trying again. */
export class Refused extends Error {
	override readonly name = 'Refused';
	readonly code: RefusalCode;
	readonly retryAfterS: number | undefined;
	constructor(code: RefusalCode, retryAfterS?: number) {
		super(code);
		this.code = code;
		this.retryAfterS = retryAfterS;
	}
}

/** The key under which the words of a refusal stand in the message files. */
export function refusalMessageKey(code: RefusalCode): string {
	return `refusal_${code.replaceAll(/[.-]/g, '_')}`;
}
