import { expect, test } from 'vitest';
import { z } from 'zod';
import { readJson } from './body.ts';
import { clientAddress } from './client-address.ts';
import { choiceCookieOptions, readSessionCookie, sessionCookieName, sessionCookieOptions } from './cookies.ts';
import { languageFor } from './language.ts';

const HTTP = { origin: null, share: false };
const HTTPS = { origin: 'https://nabij.example', share: false };
const SECRET = 'abcdefghijklmnopqrstuvwxyz234567abcdefgh';

test('the session cookie is read under its name, and under no other', () => {
	expect(readSessionCookie(`a=b; nabij_session=${SECRET}; c`, HTTP)).toBe(SECRET);
	expect(readSessionCookie(`xnabij_session=${SECRET}`, HTTP)).toBeNull();
	expect(readSessionCookie(`nabij_session=${SECRET}`, HTTPS), 'a sibling domain could have set it').toBeNull();
	expect(readSessionCookie(`__Host-nabij_session=${SECRET}`, HTTPS)).toBe(SECRET);
	expect(readSessionCookie(undefined, HTTP)).toBeNull();
});

test('two values of one name are refused, equal ones too', () => {
	for (const other of ['x', SECRET]) {
		expect(() => readSessionCookie(`nabij_session=${SECRET}; nabij_session=${other}`, HTTP)).toThrow(
			expect.objectContaining({ code: 'input.two-cookies' })
		);
	}
});

test('the cookie is not for scripts and, where there is https, not for http', () => {
	expect(sessionCookieOptions(HTTP)).toEqual({ path: '/', httpOnly: true, sameSite: 'lax', secure: false });
	expect(sessionCookieOptions(HTTPS).secure).toBe(true);
	expect([HTTP, HTTPS].map((one) => choiceCookieOptions(one).secure)).toEqual([false, true]);
	expect(sessionCookieName({ origin: null, share: true })).toBe('__Host-nabij_session');
});

test('of forwarded addresses only what our own proxies wrote is believed', () => {
	expect(clientAddress('198.51.100.9', '::ffff:192.0.2.1', 0)).toBe('192.0.2.1');
	expect(clientAddress('6.6.6.6, 198.51.100.9', '192.0.2.1', 1)).toBe('198.51.100.9');
	expect(clientAddress('6.6.6.6, 198.51.100.9, 192.0.2.5', '192.0.2.1', 2)).toBe('198.51.100.9');
	expect(clientAddress('not an address', '192.0.2.1', 1)).toBe('192.0.2.1');
	expect(clientAddress(null, '192.0.2.1', 2)).toBe('192.0.2.1');
});

test('an IPv6 client counts as its network, however it is written', () => {
	const network = clientAddress(null, '2001:db8:1:2::7', 0);
	expect(clientAddress(null, '2001:db8:1:2:aaaa:bbbb:cccc:dddd', 0)).toBe(network);
	expect(clientAddress(null, '2001:db8:1:3::7', 0)).not.toBe(network);
});

test('the language is the person’s, else the browser’s choice, else what it asks for', () => {
	expect(languageFor('nl', 'nabij_language=en', 'en')).toBe('nl');
	expect(languageFor(null, 'nabij_language=nl', 'en')).toBe('nl');
	expect(languageFor(null, 'nabij_language=fr', 'nl-NL, en;q=0.8')).toBe('nl');
	expect(languageFor(null, null, 'de, en;q=0.2, nl;q=0.4')).toBe('nl');
	expect(languageFor(null, null, 'nl;q=0, de')).toBe('en');
	expect(languageFor(null, null, null)).toBe('en');
});

const schema = z.object({ title: z.string() });
function post(body: BodyInit, type = 'application/json; charset=utf-8'): Request {
	return new Request('http://nabij.test/', {
		method: 'POST',
		body,
		headers: { 'content-type': type },
		duplex: 'half'
	} as RequestInit);
}

test.each([
	['another content type', post('{"title":"x"}', 'text/plain'), 'input.not-json'],
	['broken JSON', post('{"title":'), 'input.malformed'],
	['another shape', post('{"title":1}'), 'input.malformed'],
	['bytes that are no text', post(new Uint8Array([0x22, 0xff, 0x22])), 'input.malformed'],
	['an empty body', post(''), 'input.malformed'],
	['a body over its bound', post(`{"title":"${'x'.repeat(1024 * 1024)}"}`), 'input.too-large']
])('%s is refused', async (_, request, code) => {
	await expect(readJson(request, schema)).rejects.toMatchObject({ code });
});

test('a body without an end is read no further than its bound', async () => {
	let pulled = 0;
	const endless = new ReadableStream({
		pull(controller) {
			pulled++;
			controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
		}
	});
	await expect(readJson(post(endless), schema)).rejects.toMatchObject({ code: 'input.too-large' });
	expect(pulled).toBeLessThan(25);
});

test('a call without any body needs no content type', async () => {
	const bare = new Request('http://nabij.test/', { method: 'POST' });
	await expect(readJson(bare, z.object({ tab: z.string().optional() }))).resolves.toEqual({});
	await expect(readJson(new Request('http://nabij.test/', { method: 'POST' }), schema)).rejects.toMatchObject({
		code: 'input.malformed'
	});
});

test('a good body is answered as it was sent', async () => {
	expect(await readJson(post('{"title":"<b>é</b>","more":1}'), schema)).toEqual({ title: '<b>é</b>' });
});
