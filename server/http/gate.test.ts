import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { createGate } from './gate.ts';

async function gate(wanted: { origin?: string; share?: boolean; host?: string } = {}) {
	const config = { origin: null, share: false, host: '127.0.0.1', ...wanted };
	const upgrades: string[] = [];
	const reports: Readonly<Record<string, unknown>>[] = [];
	const { handleRequest, handleUpgrade } = createGate({
		config,
		sync: {
			upgrade(_req, socket, _head, doc) {
				upgrades.push(doc);
				socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
			}
		},
		proxy: {
			async http(req, res) {
				if (req.url === '/livekit/fault') throw new Error('a fault of ours');
				res.end('media');
			},
			async upgrade(req, socket) {
				if (req.url === '/livekit/fault') throw new Error('a fault of ours');
				socket.end('HTTP/1.1 101 media\r\n\r\n');
			}
		},
		report(error, facts) {
			reports.push({ error, ...facts });
			return `bug-${reports.length}`;
		}
	});
	const server = createServer((req, res) => {
		if (!handleRequest(req, res)) res.end('kit');
	});
	server.on('upgrade', handleUpgrade);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const { port } = server.address() as AddressInfo;

	return {
		port,
		upgrades,
		reports,
		async ask(headers: Record<string, string>, method = 'POST', path = '/api/v1/boards') {
			const asked = request({ port, host: '127.0.0.1', method, path, headers });
			asked.end();
			const [answer] = await once(asked, 'response');
			const body = (await answer.toArray()).join('');
			return { status: answer.statusCode as number, body: body as string };
		},
		async upgrade(path: string, headers: Record<string, string> = {}) {
			const socket = connect(port, '127.0.0.1');
			const lines = Object.entries({
				host: `127.0.0.1:${port}`,
				connection: 'upgrade',
				upgrade: 'websocket',
				...headers
			});
			socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
			const [first] = (await once(socket, 'data')) as [Buffer];
			socket.destroy();
			return Number(first.toString().split(' ')[1]);
		}
	};
}

test('writes of our own pages pass under every loopback name at the port that is listened on', async () => {
	const { ask, port } = await gate();
	for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
		expect(await ask({ origin: `http://${name}:${port}` })).toMatchObject({ status: 200, body: 'kit' });
	}
});

test.each([
	['another port', (port: number) => `http://127.0.0.1:${port + 1}`],
	['https', (port: number) => `https://localhost:${port}`],
	['a rebinding domain', (port: number) => `http://evil.example:${port}`],
	['a name that begins like ours', (port: number) => `http://localhost.evil.example:${port}`],
	['no page at all', () => 'null'],
	['a path behind it', (port: number) => `http://localhost:${port}/x`]
])('a write from %s is refused before Kit sees it', async (_, origin) => {
	const { ask, port } = await gate();
	const { status, body } = await ask({ origin: origin(port), host: `evil.example:${port}` });
	expect(status).toBe(403);
	expect(JSON.parse(body)).toEqual({ code: 'input.foreign-origin', message: expect.any(String) });
});

test('without an Origin, what the browser says of the site decides, and programs that say nothing pass', async () => {
	const { ask } = await gate();
	expect((await ask({})).status).toBe(200);
	expect((await ask({ 'sec-fetch-site': 'none' })).status).toBe(200);
	expect((await ask({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
	expect((await ask({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
	expect((await ask({ 'sec-fetch-site': 'cross-site' }, 'DELETE')).status).toBe(403);
	expect((await ask({ 'sec-fetch-site': 'cross-site' }, 'GET')).status, 'a link from elsewhere').toBe(200);
});

test('without ORIGIN, who asks for another host is refused before a link could lead there', async () => {
	const { ask, upgrade, upgrades, port } = await gate();
	for (const name of ['127.0.0.1', 'LocalHost', '[::1]']) {
		expect((await ask({ host: `${name}:${port}` }, 'GET')).status, name).toBe(200);
	}
	for (const host of ['evil', `evil.example:${port}`, `127.0.0.1:${port + 1}`, `x@127.0.0.1:${port}`, '127.0.0.1']) {
		const { status, body } = await ask({ host }, 'GET');
		expect(status, host).toBe(421);
		expect(JSON.parse(body)).toEqual({ code: 'input.foreign-host', message: expect.stringContaining('ORIGIN') });
	}
	expect(await upgrade('/sync/board-one', { host: `evil.example:${port}` })).toBe(421);
	expect(await upgrade('/livekit/rtc', { host: `evil.example:${port}` })).toBe(421);
	expect(upgrades).toEqual([]);
});

test('the loopback address that HOST names is ours too', async () => {
	const { ask, port } = await gate({ host: '127.0.0.7' });
	expect((await ask({ host: `127.0.0.7:${port}`, origin: `http://127.0.0.7:${port}` })).status).toBe(200);
	expect((await ask({ host: `127.0.0.8:${port}` })).status).toBe(421);
});

test('with ORIGIN, links lead there and a proxy in front may ask for any host', async () => {
	const { ask } = await gate({ origin: 'https://nabij.example' });
	expect((await ask({ host: 'nabij-1.internal' }, 'GET')).status).toBe(200);
});

test('with --share, the addresses of this machine are ours, by https', async () => {
	const { ask, port } = await gate({ share: true, host: '0.0.0.0' });
	const own = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
	for (const { address, family } of own.filter((one) => one.family === 'IPv4')) {
		expect((await ask({ host: `${address}:${port}` }, 'GET')).status, family).toBe(200);
	}
	expect((await ask({ host: `localhost:${port}` }, 'GET')).status).toBe(200);
	expect((await ask({ host: `203.0.113.9:${port}` }, 'GET')).status).toBe(421);
});

test('a path that cannot be decoded is refused as JSON, whatever it leads to', async () => {
	const { ask, upgrade } = await gate();
	for (const path of ['/api/v1/boards/%ff', '/api/v1/boards/%', '/t/%c3', 'http://evil.example/']) {
		const { status, body } = await ask({}, 'GET', path);
		expect(status, path).toBe(400);
		expect(JSON.parse(body)).toMatchObject({ code: 'input.malformed' });
	}
	expect(await upgrade('/sync/%ff%ff%ff%ff')).toBe(400);
});

test('with ORIGIN, only that is ours', async () => {
	const { ask, port } = await gate({ origin: 'https://nabij.example' });
	expect((await ask({ origin: 'https://nabij.example' })).status).toBe(200);
	expect((await ask({ origin: 'https://nabij.example:8443' })).status).toBe(403);
	expect((await ask({ origin: `http://127.0.0.1:${port}` })).status).toBe(403);
});

test('a body that says it is over 1 MiB is refused unread; one that does not say is counted where it is read', async () => {
	const { ask } = await gate();
	expect((await ask({ 'content-length': String(1024 * 1024 + 1) })).status).toBe(413);
	const form = { 'transfer-encoding': 'chunked', 'content-type': 'application/x-www-form-urlencoded' };
	expect(await ask(form, 'POST', '/sign-in')).toMatchObject({ status: 200, body: 'kit' });
});

test('sockets go where they belong; foreign pages and two session cookies do not get one', async () => {
	const { upgrade, upgrades, port } = await gate();
	expect(await upgrade('/sync/board-one?nabij=1', { origin: `http://localhost:${port}` })).toBe(101);
	expect(await upgrade('/sync/board-two')).toBe(101);
	expect(upgrades).toEqual(['board-one', 'board-two']);
	expect(await upgrade('/livekit/rtc?access_token=x')).toBe(101);
	expect(await upgrade('/elsewhere')).toBe(404);
	expect(await upgrade('/sync/board-one', { origin: 'http://evil.example' })).toBe(403);
	expect(await upgrade('/sync/board-one', { 'sec-fetch-site': 'cross-site' })).toBe(403);
	expect(await upgrade('/sync/board-one', { cookie: 'nabij_session=a; nabij_session=b' })).toBe(400);
	expect(upgrades).toHaveLength(2);
});

test('a fault on the way to a call is logged and ends that request or socket, and nothing else', async () => {
	const { ask, port, reports } = await gate();
	const { status, body } = await ask({}, 'GET', '/livekit/fault');
	expect(status).toBe(500);
	expect(JSON.parse(body)).toEqual({ code: 'unexpected', message: expect.any(String), id: 'bug-1' });
	const socket = connect(port, '127.0.0.1');
	socket.write(
		`GET /livekit/fault HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`
	);
	await once(socket, 'close');
	expect(reports).toEqual([
		{ error: new Error('a fault of ours'), method: 'GET', path: '/livekit/fault' },
		{ error: new Error('a fault of ours'), path: '/livekit/fault' }
	]);
	expect(await ask({}, 'GET', '/livekit/rtc')).toMatchObject({ status: 200, body: 'media' });
});

test('a refusal speaks the language of the browser', async () => {
	const { ask } = await gate();
	const { body } = await ask({ origin: 'http://evil.example', 'accept-language': 'fr;q=0.9, nl-BE;q=0.8, en;q=0.5' });
	expect(JSON.parse(body).message).toContain('andere website');
});
