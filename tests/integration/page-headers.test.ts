import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { PAGE_HEADERS } from '../../server/http/page-headers.ts';
import { launchPerson } from '../support/person.ts';

test('a browser knows every word of our headers, and has nothing to say about them in its console', async () => {
	const server = createServer((_, res) => {
		res
			.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/html' })
			.end('<!doctype html><link rel="icon" href="data:,">');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const browser = await launchPerson();
	onTestFinished(() => browser.close());
	const page = await browser.newPage();
	const said: string[] = [];
	page.on('console', (message) => said.push(message.text()));
	await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
	await page.evaluate(() => console.log('read'));
	await expect.poll(() => said).toContain('read');
	expect(said).toEqual(['read']);
});
