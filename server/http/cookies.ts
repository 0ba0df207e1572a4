import { Refused } from '#domain/refusal';
import type { Config } from '../config.ts';

/** Whether browsers reach us by https, so that cookies may be kept from plain http. */
export function isSecure(config: Pick<Config, 'origin' | 'share'>): boolean {
	return config.origin?.startsWith('https:') ?? config.share;
}

/** The name of the session cookie. `__Host-` makes the browser refuse one that a sibling domain set. */
export function sessionCookieName(config: Pick<Config, 'origin' | 'share'>): string {
	return isSecure(config) ? '__Host-nabij_session' : 'nabij_session';
}

/**
 * The secret in a request's session cookie, or null. Pages, calls and sockets all read it here: two readers that differ
 * on which of two equal names counts are a way in, so two values of one name are refused `input.two-cookies`.
 */
export function readSessionCookie(
	cookieHeader: string | null | undefined,
	config: Pick<Config, 'origin' | 'share'>
): string | null {
	const values = cookiesNamed(cookieHeader, sessionCookieName(config));
	if (values.length > 1) throw new Refused('input.two-cookies');
	const [value] = values;
	// Ours are 25 to 64 letters and digits; anything else was not made here and is not worth a query.
	return value !== undefined && /^[A-Za-z0-9_-]{16,64}$/.test(value) ? value : null;
}

/** All values a `Cookie` header gives for a name, in order. */
export function cookiesNamed(cookieHeader: string | null | undefined, name: string): readonly string[] {
	return (cookieHeader ?? '').split(';').flatMap((pair) => {
		const at = pair.indexOf('=');
		if (at < 0 || pair.slice(0, at).trim() !== name) return [];
		return [pair.slice(at + 1).trim()];
	});
}

const YEAR_S = 365 * 24 * 60 * 60;

/** How a choice made on a browser is kept there: for a year, and `Secure` only by https, as plain http would lose it. */
export function choiceCookieOptions(config: Pick<Config, 'origin' | 'share'>) {
	return { path: '/', sameSite: 'lax', secure: isSecure(config), maxAge: YEAR_S } as const;
}

/** How the session cookie is set: not for scripts, not for other sites' posts, and only by https where we have it. */
export function sessionCookieOptions(config: Pick<Config, 'origin' | 'share'>) {
	return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(config) } as const;
}
