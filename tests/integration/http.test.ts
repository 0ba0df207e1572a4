import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProduct, type Product } from '../support/product.ts';
import { visitor } from '../support/visitor.ts';

const TOKEN = 'metrics-token-of-this-test';
let product: Product;
beforeAll(async () => {
	product = await startProduct({ env: { METRICS_TOKEN: TOKEN, LOG_LEVEL: 'debug' } });
});
afterAll(() => product?.stop());

let count = 0;
async function someone(name = 'Ada') {
	const who = visitor(product.url);
	const email = `${name.toLowerCase()}${count++}@example.org`;
	const { json } = await who.call('POST', '/api/v1/accounts', { name, email, password: 'a long password' });
	return { ...who, id: json.id as string, email };
}

async function aBoard() {
	const ada = await someone();
	const team: string = (await ada.call('POST', '/api/v1/teams', { name: 'Studio' })).json.id;
	const board: string = (await ada.call('POST', '/api/v1/boards', { team, title: 'Plan' })).json.id;
	return { ada, team, board };
}

describe('accounts and sessions', () => {
	test('a sign-up answers 201 and a cookie that scripts cannot read', async () => {
		const who = visitor(product.url);
		const made = await who.call('POST', '/api/v1/accounts', {
			name: 'Ada <b>',
			email: 'Ada@first.example',
			password: 'a long password'
		});
		expect(made).toMatchObject({ status: 201, json: { id: expect.any(String) } });
		const set = made.headers.getSetCookie().join();
		expect(set).toMatch(/^nabij_session=\w+;/);
		for (const attribute of [/Path=\/(;|$)/, /HttpOnly/, /SameSite=Lax/]) expect(set).toMatch(attribute);
		expect(set).not.toMatch(/Secure/);
		const me = await who.call('GET', '/api/v1/me');
		expect(me).toMatchObject({ status: 200, json: { name: 'Ada <b>', email: 'Ada@first.example', teams: [] } });
		expect(me.headers.get('cache-control')).toContain('no-store');
	});

	test('language and theme are kept over plain http, and the language is for scripts too', async () => {
		const who = visitor(product.url);
		const account = { name: 'Ada', email: 'ada@cookies.example', password: 'a long password', language: 'nl' };
		await who.call('POST', '/api/v1/accounts', account);
		const form = { 'content-type': 'application/x-www-form-urlencoded' };
		const answers = [
			await who.call('GET', '/api/v1/me'),
			await who.call('POST', '/preferences?/language', 'language=nl&to=/', form),
			await who.call('POST', '/preferences?/theme', 'theme=dark&to=/', form)
		];
		const set = answers.flatMap(({ headers }) => headers.getSetCookie());
		expect(set.map((one) => one.split(';')[0])).toEqual([
			'nabij_language=nl',
			'nabij_language=nl',
			'nabij_language=nl',
			'nabij_theme=dark'
		]);
		for (const one of set) {
			expect(one).toMatch(/Path=\/(;|$)/);
			expect(one).toMatch(/SameSite=Lax/);
			expect(one).not.toMatch(/Secure/);
		}
		expect(set.map((one) => one.includes('HttpOnly'))).toEqual([false, false, false, true]);
	});

	test('people change their own name and language', async () => {
		const ada = await someone();
		expect(await ada.call('PATCH', '/api/v1/me', { name: ' Ada  B ', language: 'nl' })).toMatchObject({
			status: 200,
			json: { id: ada.id, name: 'Ada B', email: ada.email, language: 'nl' }
		});
		expect((await ada.call('GET', '/api/v1/me')).json.name).toBe('Ada B');
		expect(await ada.call('PATCH', '/api/v1/me', { name: '\u200b' })).toMatchObject({
			status: 422,
			json: { code: 'account.name-empty', message: expect.any(String) }
		});
		expect((await ada.call('PATCH', '/api/v1/me', { language: 'fr' })).status).toBe(400);
		const form = { 'content-type': 'application/x-www-form-urlencoded' };
		expect((await ada.call('POST', '/me?/rename', 'name=Ada+C', form)).status).toBe(200);
		expect((await ada.call('GET', '/me')).text).toContain('Ada C');
		expect((await visitor(product.url).call('PATCH', '/api/v1/me', { name: 'x' })).status).toBe(401);
	});

	test('of two sign-ups at one moment with one address, one gets 201 and one 409', async () => {
		const both = await Promise.all(
			['same@example.org', 'SAME@example.org'].map((email) =>
				visitor(product.url).call('POST', '/api/v1/accounts', { name: 'A', email, password: 'a long password' })
			)
		);
		expect(both.map((one) => one.status).sort()).toEqual([201, 409]);
	});

	test('signing out ends the session, also for who kept its cookie', async () => {
		const ada = await someone();
		const kept = { cookie: ada.cookie() };
		expect((await ada.call('DELETE', '/api/v1/session')).status).toBe(204);
		expect(await visitor(product.url).call('GET', '/api/v1/me', undefined, kept)).toMatchObject({
			status: 401,
			json: { code: 'session.none' }
		});
	});

	test('who signs up or in again leaves no session of before alive', async () => {
		const ada = await someone();
		const alive = async (cookie: string) =>
			(await visitor(product.url).call('GET', '/api/v1/me', undefined, { cookie })).status;
		const first = ada.cookie();
		await ada.call('POST', '/api/v1/session', { email: ada.email, password: 'a long password' });
		const second = ada.cookie();
		expect([await alive(first), await alive(second)]).toEqual([401, 200]);
		await ada.call('POST', '/api/v1/accounts', { name: 'B', email: 'b@again.example', password: 'a long password' });
		expect([await alive(second), await alive(ada.cookie())]).toEqual([401, 200]);
	});

	test('a wrong password and an unknown address are answered alike', async () => {
		const { email } = await someone();
		const [wrong, unknown] = await Promise.all(
			[email, 'nobody@example.org'].map((one) =>
				visitor(product.url).call('POST', '/api/v1/session', { email: one, password: 'not the password' })
			)
		);
		expect(wrong?.status).toBe(401);
		expect(unknown).toMatchObject({ status: 401, text: wrong?.text });
	});

	test('too many failures for one account are answered with 429 and when to come back', async () => {
		const { email } = await someone();
		const guess = () => visitor(product.url).call('POST', '/api/v1/session', { email, password: 'not the password' });
		for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(401);
		const stopped = await guess();
		expect(stopped).toMatchObject({ status: 429, json: { code: 'rate.too-many' } });
		expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0);
	});

	test('two session cookies are refused by calls and by pages', async () => {
		const ada = await someone();
		for (const path of ['/api/v1/me', '/']) {
			const answer = await visitor(product.url).call('GET', path, undefined, {
				cookie: `${ada.cookie()}; nabij_session=abcdefghijklmnopqrstuvwxyz`
			});
			expect(answer).toMatchObject({ status: 400, json: { code: 'input.two-cookies' } });
		}
	});
});

describe('teams, boards and links', () => {
	test('a colleague comes in by invitation and is a member', async () => {
		const { ada, team, board } = await aBoard();
		const made = await ada.call('POST', `/api/v1/teams/${team}/invitations`, { role: 'member' });
		expect(made).toMatchObject({ status: 201, json: { url: `${product.url}/join/${made.json.token}` } });
		const listed = await ada.call('GET', `/api/v1/teams/${team}/invitations`);
		expect(listed.json.invitations).toEqual([expect.objectContaining({ id: made.json.id, url: made.json.url })]);
		const bo = await someone('Bo');
		for (let i = 0; i < 2; i++) {
			const accepted = await bo.call('POST', '/api/v1/invitations/accept', { token: made.json.token });
			expect(accepted).toMatchObject({ status: 200, json: { team } });
		}
		expect((await bo.call('GET', '/api/v1/me')).json.teams).toEqual([{ id: team, name: 'Studio', role: 'member' }]);
		expect(await bo.call('GET', `/api/v1/boards/${board}`)).toMatchObject({
			status: 200,
			json: { role: 'editor', sync: `/sync/${board}`, archived: false }
		});
		expect((await visitor(product.url).call('GET', `/join/${made.json.token}`)).text).toContain(
			'Ada invites you to the team Studio.'
		);
		const gone = await ada.call('DELETE', `/api/v1/teams/${team}/invitations/${made.json.id}`);
		expect(gone.status).toBe(204);
		const eve = await someone('Eve');
		expect((await eve.call('POST', '/api/v1/invitations/accept', { token: made.json.token })).status).toBe(404);
	});

	test('a guest comes in by a link with a name, and is out when it is withdrawn', async () => {
		const { ada, board } = await aBoard();
		const link = await ada.call('POST', `/api/v1/boards/${board}/links`, { role: 'viewer' });
		expect(link).toMatchObject({ status: 201, json: { url: `${product.url}/g/${link.json.token}` } });
		const guest = visitor(product.url);
		expect(await guest.call('POST', '/api/v1/guests', { token: link.json.token, name: 'Gast' })).toMatchObject({
			status: 201,
			json: { board: { id: board, sync: `/sync/${board}` } }
		});
		expect((await guest.call('GET', `/api/v1/boards/${board}`)).json.role).toBe('viewer');
		expect((await guest.call('PATCH', `/api/v1/boards/${board}`, { title: 'Mine' })).status).toBe(403);
		expect((await ada.call('DELETE', `/api/v1/boards/${board}/links/${link.json.id}`)).status).toBe(204);
		expect((await guest.call('GET', '/api/v1/me')).status).toBe(401);
		expect((await guest.call('POST', '/api/v1/guests', { token: link.json.token, name: 'X' })).status).toBe(404);
	});

	test('a board is renamed, archived, thrown into the bin and taken out of it', async () => {
		const { ada, team, board } = await aBoard();
		const path = `/api/v1/boards/${board}`;
		expect((await ada.call('PATCH', path, { title: 'New', archived: true })).json).toMatchObject({
			title: 'New',
			archived: true,
			updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
		});
		expect((await ada.call('DELETE', path)).status).toBe(204);
		expect((await ada.call('GET', path)).status).toBe(404);
		expect((await ada.call('GET', `/api/v1/boards?team=${team}`)).json.boards).toHaveLength(1);
		expect((await ada.call('GET', `/api/v1/boards?team=${team}&bin=1`)).json.boards).toHaveLength(1);
		expect((await ada.call('PATCH', path, { deleted: false })).status).toBe(200);
		expect((await ada.call('GET', path)).json.title).toBe('New');
	});

	test('what others have is unknown to a stranger', async () => {
		const { team, board } = await aBoard();
		const eve = await someone('Eve');
		for (const path of [
			`/api/v1/boards/${board}`,
			`/api/v1/boards/${board}/links`,
			`/api/v1/boards?team=${team}`,
			`/api/v1/teams/${team}/invitations`,
			`/api/v1/teams/${team}/members`
		]) {
			expect((await eve.call('GET', path)).status, path).toBe(404);
		}
	});

	test('a call is refused with 503 while media is off', async () => {
		const { ada, board } = await aBoard();
		const call = await ada.call('POST', `/api/v1/boards/${board}/call`, {});
		expect(call).toMatchObject({ status: 503, json: { code: 'call.off' } });
		expect(call.headers.get('retry-after')).not.toBeNull();
	});
});

describe('bad input is answered clearly and changes nothing', () => {
	test.each([
		['broken JSON', '{', {}, 400, 'input.malformed'],
		['another shape', { team: 1, title: [] }, {}, 400, 'input.malformed'],
		['another content type', '{}', { 'content-type': 'text/plain' }, 415, 'input.not-json'],
		['a form', 'title=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'input.not-json'],
		['over 1 MiB', { title: 'x'.repeat(1024 * 1024) }, {}, 413, 'input.too-large'],
		['a foreign page', {}, { origin: 'http://evil.example' }, 403, 'input.foreign-origin'],
		['a sibling page', {}, { 'sec-fetch-site': 'same-site' }, 403, 'input.foreign-origin']
	] as const)('%s', async (_, body, headers, status, code) => {
		const { ada, team } = await aBoard();
		const before = (await ada.call('GET', `/api/v1/boards?team=${team}`)).text;
		expect(await ada.call('POST', '/api/v1/boards', body, headers)).toMatchObject({
			status,
			json: { code, message: expect.any(String) }
		});
		expect((await ada.call('GET', `/api/v1/boards?team=${team}`)).text).toBe(before);
	});

	test('a body that does not say its length is judged like any other, and counted', async () => {
		const send = async (path: string, type: string, body: string) => {
			const headers = { 'content-type': type, origin: product.url, accept: 'text/html' };
			// The DOM's types do not know `duplex` yet, which a stream needs.
			const init = { method: 'POST', headers, body: new Blob([body]).stream(), duplex: 'half' };
			return fetch(product.url + path, init);
		};
		const form = 'application/x-www-form-urlencoded';
		expect((await send('/api/v1/accounts', 'text/plain', '{}')).status).toBe(415);
		const typed = await send('/sign-in', form, 'email=a%40b.example&password=wrong');
		expect(await typed.text()).toContain('a@b.example');
		expect((await send('/sign-in', form, `email=${'x'.repeat(3 * 1024 * 1024)}`)).status).toBe(413);
	});

	test('a title of 100,000 characters, an empty one, and one of markup', async () => {
		const { ada, team } = await aBoard();
		const create = (title: string) => ada.call('POST', '/api/v1/boards', { team, title });
		expect(await create('x'.repeat(100_000))).toMatchObject({ status: 400, json: { code: 'input.too-long' } });
		expect(await create(' \u0000 ')).toMatchObject({ status: 422, json: { code: 'board.title-empty' } });
		const markup = '<img src=x onerror=alert(1)>';
		expect(await create(markup)).toMatchObject({ status: 201, json: { title: markup } });
		const page = await ada.call('GET', `/t/${team}`);
		expect(page.text).not.toContain(markup);
	});

	test('odd ids, unknown calls and methods', async () => {
		const { ada } = await aBoard();
		for (const id of ['x', '%00', '%ff', '..%2f..', "1'--", 'x'.repeat(5_000)]) {
			expect((await ada.call('GET', `/api/v1/boards/${id}`)).status, id).toBeGreaterThanOrEqual(400);
			expect((await ada.call('GET', `/api/v1/boards/${id}`)).status, id).toBeLessThan(500);
		}
		expect(await ada.call('GET', '/api/v1/nothing')).toMatchObject({
			status: 404,
			json: { code: 'input.no-such-call' }
		});
		expect(await ada.call('PUT', '/api/v1/me', {})).toMatchObject({
			status: 405,
			json: { code: 'input.no-such-method' }
		});
	});

	test('what cannot be decoded, and what Kit would answer with a page, is JSON under /api/v1 and no error in the log', async () => {
		const { ada } = await aBoard();
		const answered = {
			'/api/v1/boards/%ff': [400, 'input.malformed'],
			'/api/v1/boards/%': [400, 'input.malformed'],
			'/api/v1/boards/%25ff': [404, 'board.unknown'],
			'/api/v1/boards/x%00xxxxxxx': [404, 'board.unknown'],
			'/api/v1/boards?team=%ff': [404, 'team.unknown'],
			'/api/v1/me/__data.json': [404, 'input.no-such-call'],
			'/api/v1': [404, 'input.no-such-call']
		};
		for (const [path, [status, code]] of Object.entries(answered)) {
			expect(await ada.call('GET', path), path).toMatchObject({ status, json: { code, message: expect.any(String) } });
		}
		for (const body of ['', '[]', 'null', '"x"', '{"team":"\\ud800","title":"x"}', '{"team":"\\u0000","title":"x"}']) {
			const { status, json } = await ada.call('POST', '/api/v1/boards', body);
			expect([400, 404], body).toContain(status);
			expect(json, body).toMatchObject({ code: expect.any(String), message: expect.any(String) });
		}
		expect(product.output()).not.toContain('"msg":"unexpected"');
	});

	test('every message is in the language that is asked for', async () => {
		const who = visitor(product.url);
		expect((await who.call('GET', '/api/v1/me', undefined, { 'accept-language': 'nl' })).json.message).toBe(
			'Log eerst in.'
		);
	});
});

describe('the past of a board', () => {
	test('is listed, read, brought back and purged; bad input is refused', async () => {
		const { ada, team } = await aBoard();
		const [welcome] = (await ada.call('GET', `/api/v1/boards?team=${team}`)).json.boards.filter(
			({ title }: { title: string }) => title !== 'Plan'
		);
		const path = `/api/v1/boards/${welcome.id}`;
		const { status, json } = await ada.call('GET', `${path}/history`);
		expect(status).toBe(200);
		expect(json.moments).toMatchObject([{ seq: 1, at: expect.stringMatching(/Z$/), by: { name: 'Ada' } }]);
		const state = await ada.call('GET', `${path}/history/1`);
		expect(state.status).toBe(200);
		expect(state.headers.get('content-type')).toBe('application/octet-stream');
		const copy = await ada.call('POST', `${path}/restore`, { as: 'copy', moment: 1, title: 'As it was' });
		expect(copy).toMatchObject({ status: 201, json: { title: 'As it was', role: 'facilitator' } });
		const place = await ada.call('POST', `${path}/restore`, { as: 'board', moment: 1 });
		expect(place).toMatchObject({ status: 200, json: { changed: 0, spared: [], before: 1 } });
		expect(await ada.call('POST', `${path}/purge`)).toMatchObject({ status: 200, json: { left: 0 } });
		expect((await ada.call('GET', `${path}/history`)).json.moments[0]).toMatchObject({ seq: 2, by: null });
		for (const bad of ['history/0', 'history/99', 'history/x', 'history/1e3']) {
			expect(await ada.call('GET', `${path}/${bad}`), bad).toMatchObject({ status: 404 });
		}
		for (const query of ['before=x', 'most=0', 'most=1.5']) {
			expect((await ada.call('GET', `${path}/history?${query}`)).status, query).toBe(400);
		}
		for (const body of [{}, { as: 'board' }, { as: 'board', moment: 0 }, { as: 'elsewhere', moment: 1 }]) {
			expect((await ada.call('POST', `${path}/restore`, body)).status).toBe(400);
		}
		const bo = await someone('Bo');
		for (const call of ['history', 'history/1']) {
			expect(await bo.call('GET', `${path}/${call}`)).toMatchObject({ status: 404, json: { code: 'board.unknown' } });
		}
		expect((await bo.call('POST', `${path}/purge`)).status).toBe(404);
	});
});

describe('the server about itself', () => {
	test('says which parts it runs on and that they answer', async () => {
		const who = visitor(product.url);
		expect(await who.call('GET', '/healthz')).toMatchObject({
			status: 200,
			json: {
				status: 'ok',
				version: expect.any(String),
				database: 'pglite',
				documents: 'sqlite',
				bus: 'memory',
				blobs: 'disk',
				media: 'off',
				mail: 'file'
			}
		});
		expect((await who.call('GET', '/readyz')).status).toBe(200);
	});

	test('shows what it measures to who has the token', async () => {
		const who = visitor(product.url);
		expect((await who.call('GET', '/metrics')).status).toBe(403);
		expect((await who.call('GET', '/metrics', undefined, { authorization: 'Bearer wrong' })).status).toBe(403);
		const shown = await who.call('GET', '/metrics', undefined, { authorization: `Bearer ${TOKEN}` });
		expect(shown.status).toBe(200);
		expect(shown.text).toContain('process_cpu_seconds_total');
		expect(shown.text).toMatch(/^nabij_sync_sockets \d+$/mu);
	});

	test('pages carry their charset, policies and, with a person, no-store', async () => {
		const { headers } = await visitor(product.url).call('GET', '/sign-in');
		expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
		expect(headers.get('content-security-policy')).toMatch(/script-src 'self' 'nonce-/);
		expect(headers.get('permissions-policy')).toContain('camera=(self)');
		expect(headers.get('referrer-policy')).toBe('same-origin');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
		const { ada, team } = await aBoard();
		expect((await ada.call('GET', `/t/${team}`)).headers.get('cache-control')).toBe('no-store');
	});

	test('no line of the log holds a password, a cookie or a token', async () => {
		const { ada, board } = await aBoard();
		const { json } = await ada.call('POST', `/api/v1/boards/${board}/links`, { role: 'viewer' });
		await visitor(product.url).call('GET', `/g/${json.token}`);
		const log = product.output();
		for (const secret of ['a long password', ada.cookie().split('=')[1] ?? '', json.token]) {
			expect(log).not.toContain(secret);
		}
	});
});
