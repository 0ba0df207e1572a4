import type { Page } from '@playwright/test';
import { adaAndBo, boardIsOpen, expect, heard, putNote, test, type Someone } from './people.ts';

const LIVING = [500, 350] as const;
const GOING = [800, 350] as const;

/** Opens the note at a place and goes on at its end. */
async function writeOn(page: Page, [x, y]: readonly [number, number], words: string): Promise<void> {
	await page.mouse.dblclick(x, y);
	await page.keyboard.press('Control+End');
	await page.keyboard.type(words);
	await page.keyboard.press('Escape');
}

/** Takes what is deleted out of the open board for good. */
async function purge({ page }: Someone): Promise<void> {
	const { origin, pathname } = new URL(page.url());
	const answer = await page.request.post(`/api/v1/boards/${pathname.split('/').at(-1)}/purge`, { headers: { origin } });
	expect(answer.status()).toBe(200);
}

/** Whether these letters lie anywhere in what this browser keeps of boards. */
async function keeps(page: Page, letters: string): Promise<boolean> {
	return page.evaluate(async (sought) => {
		const answer = <T>(request: IDBRequest<T>) =>
			new Promise<T>((read) => (request.onsuccess = () => read(request.result)));
		const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);
		let found = false;
		for (const { name } of await indexedDB.databases()) {
			if (!name?.startsWith('nabij:')) continue;
			const db = await answer(indexedDB.open(name));
			for (const store of ['updates', 'custom']) {
				for (const row of await answer(db.transaction(store).objectStore(store).getAll())) {
					const bytes = row instanceof Uint8Array ? row : (row as { copy?: Uint8Array }).copy;
					found ||= bytes !== undefined && text(bytes).includes(sought);
				}
			}
			db.close();
		}
		return found;
	}, letters);
}

test('a board is purged while one is away: the living work goes in, the rest is offered, and nothing purged stays', async ({
	arrive
}) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(ada.page, ...LIVING, 'milk');
	await putNote(ada.page, ...GOING, 'swordfish');
	await expect.poll(() => heard(bo.page)).toHaveLength(2);
	await bo.page.context().setOffline(true);
	await writeOn(bo.page, LIVING, ' and tea');
	await writeOn(bo.page, GOING, ' still');
	await putNote(bo.page, 650, 600, 'from the train');
	await expect(bo.page.getByText(/Offline, 3 changes kept here/)).toBeVisible({ timeout: 45_000 });

	await ada.page.mouse.click(...GOING);
	await ada.page.keyboard.press('Delete');
	await boardIsOpen(ada.page);
	await purge(ada);
	// Ada's page goes on by itself, where she stood.
	await expect.poll(() => keeps(ada.page, 'swordfish')).toBe(false);
	await boardIsOpen(ada.page);
	expect(await heard(ada.page)).toEqual(['Note: milk']);

	await bo.page.context().setOffline(false);
	const aside = bo.page.getByRole('region', { name: /1 change was not taken/ });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	await expect(aside).toContainText('taken off the board for good');
	await expect
		.poll(() => heard(ada.page))
		.toEqual(expect.arrayContaining(['Note: milk and tea', 'Note: from the train']));
	await boardIsOpen(bo.page);
	expect(await heard(bo.page)).toHaveLength(2);

	await aside.getByRole('button', { name: 'Copy the words' }).click();
	expect(await bo.page.evaluate(() => navigator.clipboard.readText())).toBe('swordfish still');
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Drop my version' }).click();
	await expect(aside).toBeHidden();
	await expect.poll(() => keeps(bo.page, 'swordfish')).toBe(false);
	await bo.page.reload();
	await boardIsOpen(bo.page);
	await expect.poll(() => heard(bo.page)).toHaveLength(2);
});

test('a purge under the pen: the board goes on at once, and what was typed is there', async ({ arrive }) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(ada.page, ...LIVING, 'milk');
	await expect.poll(() => heard(bo.page)).toHaveLength(1);
	await bo.page.mouse.dblclick(...LIVING);
	await bo.page.keyboard.press('Control+End');
	await bo.page.keyboard.type(' and tea');
	await purge(ada);
	await expect.poll(() => heard(ada.page)).toEqual(['Note: milk and tea']);
	await boardIsOpen(bo.page);
	await putNote(bo.page, ...GOING, 'goes on');
	await expect.poll(() => heard(ada.page)).toHaveLength(2);
});
