import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Browser, type Page } from '@playwright/test';
import { writeFakeMedia, type Rgb } from '../support/fake-media.ts';
import { launchPerson } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

export { expect };

/** One person: a browser process of their own, with their own camera's colour and microphone's tone. */
export type Someone = Readonly<{ name: string; browser: Browser; page: Page; colour: Rgb; toneHz: number }>;

type Given = {
	arrive: (
		name: string,
		looks?: Readonly<{ width?: number; height?: number; dark?: boolean; language?: string }>
	) => Promise<Someone>;
};

type Kept = {
	product: Product;
	/** A folder for what the cameras and microphones of this worker give. */
	media: string;
	/** The browser of whoever arrives first in a story, second, third. */
	browsers: (Browser | undefined)[];
};

const CAMERAS: readonly (readonly [Rgb, number])[] = [
	[[220, 40, 40], 440],
	[[40, 60, 220], 880],
	[[40, 180, 60], 660]
];

/**
 * The started product, through `npm start`'s own entry, and people who arrive at it. A person's page that reports an
 * error fails the test: what a console shows is a broken promise too. Browsers stay for the next story, in which all of
 * them know nothing: to start and end them for each was a third of the work.
 */
export const test = base.extend<Given, Kept>({
	product: [
		async ({}, use) => {
			const product = await startProduct({ way: 'bootstrap', env: { MEDIA: 'auto' } });
			await use(product);
			await product.stop();
		},
		{ scope: 'worker', timeout: 300_000 }
	],
	media: [
		async ({}, use) => {
			const folder = mkdtempSync(join(tmpdir(), 'nabij-media-'));
			await use(folder);
			rmSync(folder, { recursive: true, force: true });
		},
		{ scope: 'worker' }
	],
	browsers: [
		async ({}, use) => {
			const browsers: (Browser | undefined)[] = [];
			await use(browsers);
			await Promise.all(browsers.map((browser) => browser?.close()));
		},
		{ scope: 'worker' }
	],
	arrive: async ({ product, browsers, media }, use) => {
		let arrived = 0;
		const errors: string[] = [];
		await use(async (name, { width = 1280, height = 800, dark = false, language = 'en' } = {}) => {
			const place = arrived++;
			const [colour, toneHz] = CAMERAS[place] ?? [[120, 120, 120], 550];
			let browser = browsers[place];
			if (!browser?.isConnected()) {
				const devices = writeFakeMedia(media, `devices-${place}`, colour, toneHz);
				browser = browsers[place] = await launchPerson(devices);
			}
			const context = await browser.newContext({
				baseURL: product.url,
				viewport: { width, height },
				colorScheme: dark ? 'dark' : 'light',
				locale: language,
				permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write']
			});
			const page = await context.newPage();
			page.on('pageerror', (error) => errors.push(`${name}: ${error.stack ?? error.message}`));
			return { name, browser, page, colour, toneHz };
		});
		const contexts = browsers.flatMap((browser) => browser?.contexts() ?? []);
		await Promise.all(contexts.map((context) => context.close()));
		expect(errors).toEqual([]);
	}
});

/** Makes an account and a team, as a newcomer does, and stands on the floor. */
export async function settle({ page, name }: Someone, team: string): Promise<void> {
	await page.goto('/');
	await page.getByRole('link', { name: 'Make an account' }).first().click();
	await fillAccount(page, name);
	await page.getByRole('button', { name: 'Make an account' }).click();
	await page.getByLabel('Name of the team').fill(team);
	await page.getByRole('button', { name: 'Make the team' }).click();
	await expect(page.getByRole('heading', { name: team })).toBeVisible();
}

/** Types a name, an address of one's own and a password. */
export async function fillAccount(page: Page, name: string): Promise<void> {
	await page.getByLabel('Your name').fill(name);
	await page.getByLabel('Email address').fill(`${name.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}@example.org`);
	await page.getByLabel('Password').fill('a garden of forking paths');
}

/** Opens a new, empty board from the floor and waits until it can be worked on. */
export async function newBoard(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'New board' }).click();
	await boardIsOpen(page);
}

/** The board stands and everything is saved. */
export async function boardIsOpen(page: Page): Promise<void> {
	await expect(page.getByRole('application')).toBeVisible();
	await expect(page.getByText('Saved', { exact: true })).toBeVisible();
}

/** Makes a guest link on the open board and answers it. */
export async function shareLink(
	page: Page,
	role: 'Write along' | 'Talk along' | 'Look along' = 'Write along'
): Promise<string> {
	await page.getByRole('button', { name: 'Share' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('They may').selectOption({ label: role });
	await dialog.getByRole('button', { name: 'Make a link' }).click();
	const link = await dialog.getByLabel(`Link: ${role}`).first().inputValue();
	await page.keyboard.press('Escape');
	await expect(dialog).toBeHidden();
	return link;
}

/** Comes in by a guest link with a name only. */
export async function comeAsGuest({ page, name }: Someone, link: string): Promise<void> {
	await page.goto(link);
	await page.getByLabel('Your name').fill(name);
	await page.getByRole('button', { name: 'To the board' }).click();
	await boardIsOpen(page);
}

/** Makes an invitation for a member, from the floor, and answers its link. */
export async function inviteMember(page: Page): Promise<string> {
	await page.getByRole('link', { name: 'Invite people' }).click();
	await page.getByRole('button', { name: 'New link for a member' }).click();
	return page
		.getByLabel(/Invitation link/)
		.first()
		.inputValue();
}

/** Joins a team by an invitation with a new account, and stands on its floor. */
export async function joinTeam({ page, name }: Someone, invitation: string, team: string): Promise<void> {
	await page.goto(invitation);
	await expect(page.getByText(team).first()).toBeVisible();
	await fillAccount(page, name);
	await page.getByRole('button', { name: 'Make an account and join' }).click();
	await expect(page.getByRole('heading', { name: team })).toBeVisible();
}

/** Ada with a team and an open board, and Bo, a member, at the same board. */
export async function adaAndBo(
	arrive: (name: string) => Promise<Someone>
): Promise<readonly [ada: Someone, bo: Someone]> {
	const ada = await arrive('Ada');
	await settle(ada, 'Studio Oost');
	const bo = await arrive('Bo');
	await joinTeam(bo, await inviteMember(ada.page), 'Studio Oost');
	await ada.page.getByRole('link', { name: 'Floor' }).click();
	await newBoard(ada.page);
	await bo.page.goto(ada.page.url());
	await boardIsOpen(bo.page);
	return [ada, bo];
}

/** Puts a note at a place of the view and writes in it. */
export async function putNote(page: Page, x: number, y: number, words: string): Promise<void> {
	await page.getByRole('application').focus();
	await page.keyboard.press('n');
	await page.mouse.click(x, y);
	await page.keyboard.type(words);
	await page.keyboard.press('Escape');
}

/** What a screen reader says of everything on the board, in reading order: the names of what gets the focus. */
export async function heard(page: Page): Promise<string[]> {
	const said: string[] = [];
	await page.getByRole('application').focus();
	for (;;) {
		await page.keyboard.press('Tab');
		const focus = (await page.locator(':focus').getAttribute('aria-label')) ?? '';
		const [, words, position, count] = /^(.*), (\d+) of (\d+)$/.exec(focus) ?? [];
		if (words === undefined) return said;
		said.push(words);
		if (position === count || said.length > 50) {
			await page.keyboard.press('Escape');
			return said;
		}
	}
}
