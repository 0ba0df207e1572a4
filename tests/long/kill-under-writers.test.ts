import type { Browser } from '@playwright/test';
import { afterAll, expect, test } from 'vitest';
import type * as Y from 'yjs';
import { addElements, presentElements } from '#domain/board/commands';
import { rounds, seededChance } from '../support/killed-process.ts';
import { launchPerson } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { RawClient, syncMessage, until } from '../support/sync-client.ts';
import { visitor } from '../support/visitor.ts';

const WRITERS = 20;
let product: Product | undefined;
const browsers: Browser[] = [];
afterAll(async () => {
	await Promise.all(browsers.map((browser) => browser.close()));
	await product?.stop();
});

/** Writes notes one after the other until its socket dies. */
async function write(client: RawClient, row: number, column: { n: number }): Promise<void> {
	const updates: Uint8Array[] = [];
	client.doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
		if (local) updates.push(update);
	});
	while (client.socket.readyState === client.socket.OPEN) {
		addElements(client.doc, [{ t: 'note', at: [column.n++ * 220, row * 220], text: `${row}` }], {
			by: 'writer',
			now: 1
		});
		for (const update of updates.splice(0)) client.send(syncMessage(2, update));
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

test('kill -9 while twenty people write: nothing that another person received is missing, in three browsers’ eyes', async () => {
	const chance = seededChance('kill under writers');
	product = await startProduct({ way: 'bootstrap' });
	const ada = visitor(product.url);
	await ada.call('POST', '/api/v1/accounts', {
		name: 'Ada',
		email: 'ada@example.org',
		password: 'a garden of forking paths'
	});
	const team = (await ada.call('POST', '/api/v1/teams', { name: 'Studio' })).json.id as string;
	const board = (await ada.call('POST', '/api/v1/boards', { team, title: 'Under fire' })).json.id as string;
	const link = (await ada.call('POST', `/api/v1/boards/${board}/links`, { role: 'editor' })).json as {
		token: string;
		url: string;
	};
	const guests = await Promise.all(
		Array.from({ length: WRITERS + 1 }, async (_, i) => {
			const guest = visitor(product?.url ?? '');
			const came = await guest.call('POST', '/api/v1/guests', { token: link.token, name: `Guest ${i}` });
			expect(came.status).toBe(201);
			return guest.cookie();
		})
	);
	const columns = guests.map(() => ({ n: 0 }));
	/** Every note that somebody other than its writer has received. */
	const received = new Set<string>();
	let there = 0;

	const count = rounds(10, 3);
	for (let round = 0; round < count; round++) {
		const base = `${product.url.replace('http', 'ws')}/sync`;
		const [readerCookie = '', ...writerCookies] = guests;
		const reader = await new RawClient(`${base}/${board}`, { cookie: readerCookie }).join();
		await until(() => expect(presentElements(reader.doc).length).toBeGreaterThanOrEqual(there));
		const writers = await Promise.all(
			writerCookies.map((cookie) => new RawClient(`${base}/${board}`, { cookie }).join())
		);
		const writing = writers.map((client, i) => write(client, i, columns[i] ?? { n: 0 }));
		const before = presentElements(reader.doc).length;
		await until(() => expect(presentElements(reader.doc).length).toBeGreaterThan(before + WRITERS));
		await new Promise((resolve) => setTimeout(resolve, chance() * 600));
		await product.killServer();
		await Promise.all(writing);
		for (const { id } of presentElements(reader.doc)) received.add(id);
		reader.socket.terminate();

		product = await product.again();
		const fresh = await new RawClient(`${base}/${board}`, { cookie: readerCookie }).join();
		await until(() => expect(presentElements(fresh.doc).length).toBeGreaterThanOrEqual(received.size));
		const kept = new Set(presentElements(fresh.doc).map(({ id }) => id));
		expect([...received].filter((id) => !kept.has(id))).toEqual([]);
		there = kept.size;
		fresh.socket.terminate();
	}
	console.log(`kill under writers: ${count} kills, ${received.size} notes received by others, ${there} kept`);

	for (let i = 0; i < 3; i++) {
		const browser = await launchPerson();
		browsers.push(browser);
		const page = await browser.newPage();
		await page.goto(link.url.replace(/^https?:\/\/[^/]+/, product.url));
		await page.getByLabel('Your name').fill(`Eye ${i}`);
		await page.getByRole('button', { name: 'To the board' }).click();
		await page.getByText('Saved', { exact: true }).waitFor();
		await page.getByRole('application').focus();
		await page.keyboard.press('Control+a');
		await page.getByText(`${there} things selected`).waitFor({ timeout: 20_000 });
	}
});
