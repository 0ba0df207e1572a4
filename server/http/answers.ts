import type { ServerResponse } from 'node:http';
import { REFUSALS, type Refused } from '#domain/refusal';
import type { Language } from '#domain/team/language';
import { refusalWords } from '#i18n/refusal-words';

const HEADERS = {
	'content-type': 'application/json; charset=utf-8',
	'cache-control': 'no-store',
	'x-content-type-options': 'nosniff'
} as const;

type Answer = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: string }>;

function refusedAnswer({ code, retryAfterS }: Pick<Refused, 'code' | 'retryAfterS'>, locale: Language): Answer {
	const { http } = REFUSALS[code];
	const wait = retryAfterS ?? (http === 429 || http === 503 ? 5 : undefined);
	return {
		status: http,
		headers: { ...HEADERS, ...(wait === undefined ? {} : { 'retry-after': String(wait) }) },
		body: JSON.stringify({ code, message: refusalWords(code, locale) })
	};
}

function unexpectedAnswer(id: string, locale: Language): Answer {
	return {
		status: REFUSALS.unexpected.http,
		headers: HEADERS,
		body: JSON.stringify({ code: 'unexpected', message: refusalWords('unexpected', locale), id })
	};
}

/** A refusal as every call answers it: its status and `{code, message}`. */
export function respondRefused(refused: Pick<Refused, 'code' | 'retryAfterS'>, locale: Language): Response {
	const { status, headers, body } = refusedAnswer(refused, locale);
	return new Response(body, { status, headers });
}

/** The same where there is no `Response` yet: before Kit is reached. */
export function writeRefused(
	res: ServerResponse,
	refused: Pick<Refused, 'code' | 'retryAfterS'>,
	locale: Language
): void {
	const { status, headers, body } = refusedAnswer(refused, locale);
	// The rest of a body that nobody will read must not be waited for on this connection.
	res.writeHead(status, { ...headers, connection: 'close' }).end(body);
}

/** The same on a socket that asked for an upgrade. */
export function upgradeRefusal(refused: Pick<Refused, 'code' | 'retryAfterS'>, locale: Language): string {
	const { status, headers, body } = refusedAnswer(refused, locale);
	const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
	return `HTTP/1.1 ${status} Refused\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** A bug as a caller hears of it: an id to ask about, and nothing of what went wrong. */
export function respondUnexpected(id: string, locale: Language): Response {
	const { status, headers, body } = unexpectedAnswer(id, locale);
	return new Response(body, { status, headers });
}

/** A bug where there is no `Response` yet: its id, or the end of an answer that had begun. */
export function writeUnexpected(res: ServerResponse, id: string, locale: Language): void {
	if (res.headersSent) return void res.destroy();
	const { status, headers, body } = unexpectedAnswer(id, locale);
	res.writeHead(status, { ...headers, connection: 'close' }).end(body);
}
