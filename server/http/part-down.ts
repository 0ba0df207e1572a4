import { Refused } from '#domain/refusal';

const UNREACHABLE: ReadonlySet<string> = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'EPIPE',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'EAI_AGAIN',
	'57P01', // the database server is shutting down
	'57P02', // it crashed
	'57P03', // it is starting up
	'53100', // its disk is full
	'53300' // all its connections are taken
]);

/** `pg` gives these no code. */
const SAYS_SO =
	/^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after calling end)/;

/**
 * The refusal that an error stands for: itself, or `part.down` when a part could not be reached, however deep in causes
 * the connection's error lies. Null for bugs.
 */
export function refusalOf(error: unknown): Refused | null {
	if (error instanceof Refused) return error;
	for (let at = error; at instanceof Error; at = at.cause) if (isUnreachable(at)) return new Refused('part.down', 5);
	return null;
}

function isUnreachable(error: Error): boolean {
	if (error.name === 'DatabaseUnusable' || SAYS_SO.test(error.message)) return true;
	if (!('code' in error) || typeof error.code !== 'string') return false;
	return UNREACHABLE.has(error.code) || /^08...$/.test(error.code);
}
