import { createHash, randomBytes } from 'node:crypto';

/** Thirty-two letters that are not mistaken for one another when read aloud, so that five bits make one. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A new id for a record or a document: 20 letters, 100 bits, `[a-z2-9]`. */
export function newId(): string {
	return Array.from(randomBytes(20), (byte) => LETTERS[byte & 31]).join('');
}

/** A new secret for a link, 160 bits, safe in a URL. */
export function newToken(): string {
	return randomBytes(20).toString('base64url');
}

/** What is stored of a secret: enough to find it by, useless to who reads the database. */
export function hashOf(secret: string): string {
	return createHash('sha256').update(secret).digest('base64url');
}

/** Whether this can be an id at all: what comes from an address or a body is asked before it reaches a query. */
export function isId(text: string): boolean {
	return /^[A-Za-z0-9_-]{8,64}$/.test(text);
}
