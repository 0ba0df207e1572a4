/** `npm start -- --share`, as two people on one network use it: https at this machine's own address, faces through it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFakeMedia } from '../support/fake-media.ts';
import { launchPerson } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const OWN = Object.values(networkInterfaces())
	.flat()
	.find((one) => one?.family === 'IPv4' && !one.internal)?.address;

if (!OWN) console.log('not run: share, since this machine is on no network');

let product: Product | undefined;
let folder: string;
const browsers: Browser[] = [];
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'nabij-share-'));
});
afterAll(async () => {
	await Promise.all(browsers.map((browser) => browser.close()));
	await product?.stop();
	rmSync(folder, { recursive: true, force: true });
});

async function arrive(name: string, colour: readonly [number, number, number]): Promise<Page> {
	const browser = await launchPerson(writeFakeMedia(folder, name, colour, 440));
	browsers.push(browser);
	const context = await browser.newContext({
		// A person accepts the certificate once; a browser that runs by itself is told to.
		ignoreHTTPSErrors: true,
		locale: 'en',
		permissions: ['camera', 'microphone']
	});
	return context.newPage();
}

async function joinWithCamera(page: Page): Promise<void> {
	const camera = page.getByRole('button', { name: 'Camera' });
	if ((await camera.getAttribute('aria-pressed')) !== 'true') await camera.click();
	await page.getByRole('button', { name: 'Join the call' }).click();
}

/** Waits until a picture of that colour plays, through the media server and not from one's own camera. */
function sees(page: Page, colour: readonly [number, number, number]): Promise<unknown> {
	return page.waitForFunction(
		(wanted) =>
			[...document.querySelectorAll('video')].some((video) => {
				if (video.videoWidth === 0 || video.readyState < 2) return false;
				const canvas = document.createElement('canvas');
				canvas.width = canvas.height = 9;
				const context = canvas.getContext('2d');
				context?.drawImage(video, 0, 0, 9, 9);
				const seen = [...(context?.getImageData(4, 7, 1, 1).data ?? [])];
				return wanted.every((part, i) => Math.abs(part - (seen[i] ?? 0)) < 60);
			}),
		colour,
		{ timeout: 60_000 }
	);
}

test.runIf(OWN)('others on the network come in by https, and see each other in a call', async () => {
	const RED = [220, 40, 40] as const;
	const BLUE = [40, 60, 220] as const;
	product = await startProduct({ way: 'bootstrap', flags: ['--share'], env: { MEDIA: 'auto' } });
	expect(product.url).toBe(`https://${OWN}:${product.port}`);
	expect(product.output()).toContain('The browser warns once about a certificate of your own');
	expect(product.output()).toMatch(/media: +LiveKit \d/);

	const ada = await arrive('Ada', RED);
	await ada.goto(product.url);
	await ada.getByRole('link', { name: 'Make an account' }).first().click();
	await ada.getByLabel('Your name').fill('Ada');
	await ada.getByLabel('Email address').fill('ada@example.org');
	await ada.getByLabel('Password').fill('a garden of forking paths');
	await ada.getByRole('button', { name: 'Make an account' }).click();
	await ada.getByLabel('Name of the team').fill('Studio');
	await ada.getByRole('button', { name: 'Make the team' }).click();
	await ada.getByRole('button', { name: 'New board' }).click();
	await ada.getByText('Saved', { exact: true }).waitFor();
	const [cookie] = (await ada.context().cookies()).filter(({ name }) => name.includes('nabij_session'));
	expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax' });

	await ada.getByRole('button', { name: 'Share' }).click();
	const dialog = ada.getByRole('dialog');
	await dialog.getByLabel('They may').selectOption({ label: 'Write along' });
	await dialog.getByRole('button', { name: 'Make a link' }).click();
	const link = await dialog.getByLabel('Link: Write along').first().inputValue();
	expect(link).toMatch(new RegExp(`^https://${OWN}:${product.port}/g/`));
	await ada.keyboard.press('Escape');

	const bo = await arrive('Bo', BLUE);
	await bo.goto(link);
	await bo.getByLabel('Your name').fill('Bo');
	await bo.getByRole('button', { name: 'To the board' }).click();
	await bo.getByText('Saved', { exact: true }).waitFor();
	await joinWithCamera(ada);
	await joinWithCamera(bo);
	await sees(ada, BLUE);
	await sees(bo, RED);
});
