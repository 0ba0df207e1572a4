import type { Page } from '@playwright/test';
import {
	boardIsOpen,
	comeAsGuest,
	expect,
	fillAccount,
	newBoard,
	settle,
	shareLink,
	test,
	type Someone
} from './people.ts';

/** Puts a note in the middle of the view and writes in it. */
async function putNote(page: Page, words: string): Promise<void> {
	await page.getByRole('application').focus();
	await page.keyboard.press('n');
	await page.mouse.click(640, 450);
	await page.keyboard.type(words);
	await page.keyboard.press('Escape');
}

/** The words of the one thing on the board, as they are heard. */
async function onlyThing(page: Page): Promise<string> {
	await page.getByRole('application').focus();
	await page.keyboard.press('Tab');
	return (await page.locator(':focus').getAttribute('aria-label')) ?? '';
}

/** Loses the network and makes a note there. */
async function writeAway({ page }: Someone, words: string): Promise<void> {
	await page.context().setOffline(true);
	await putNote(page, words);
	await expect(page.getByText(/Offline, \d+ changes? kept here/)).toBeVisible({ timeout: 45_000 });
}

/** Copies of boards that this browser keeps. */
async function copiesIn(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const kept = await indexedDB.databases();
		return kept.filter(({ name }) => name?.startsWith('nabij:')).length;
	});
}

/** Ada with a team and an open board, and Bo, a member, at the same board. */
async function adaAndBo(arrive: (name: string) => Promise<Someone>): Promise<readonly [ada: Someone, bo: Someone]> {
	const ada = await arrive('Ada');
	await settle(ada, 'Studio Oost');
	await ada.page.getByRole('link', { name: 'Invite people' }).click();
	await ada.page.getByRole('button', { name: 'New link for a member' }).click();
	const invitation = await ada.page
		.getByLabel(/Invitation link/)
		.first()
		.inputValue();
	const bo = await arrive('Bo');
	await bo.page.goto(invitation);
	await fillAccount(bo.page, 'Bo');
	await bo.page.getByRole('button', { name: 'Make an account and join' }).click();
	await expect(bo.page.getByRole('heading', { name: 'Studio Oost' })).toBeVisible();
	await ada.page.getByRole('link', { name: 'Floor' }).click();
	await newBoard(ada.page);
	await bo.page.goto(ada.page.url());
	await boardIsOpen(bo.page);
	return [ada, bo];
}

/** Makes a member a viewer of the board that both have open. */
async function makeViewer(by: Someone, whom: Someone): Promise<void> {
	const { id } = (await (await whom.page.request.get('/api/v1/me')).json()) as { id: string };
	const { origin, pathname } = new URL(by.page.url());
	const path = `/api/v1/boards/${pathname.split('/').at(-1)}/roles/${id}`;
	const answer = await by.page.request.put(path, { data: { role: 'viewer' }, headers: { origin } });
	expect(answer.status()).toBe(204);
}

/** Puts the board that Ada has open into the bin, from the list of boards. */
async function throwAway({ page }: Someone): Promise<void> {
	await page.getByRole('link', { name: 'Leave the board' }).click();
	await page.getByRole('link', { name: 'Boards', exact: true }).click();
	await page.getByRole('button', { name: 'What to do with Untitled board' }).click();
	await page.getByRole('menuitem', { name: /bin/ }).click();
	await expect(page.getByRole('button', { name: 'Put back: Untitled board' })).toBeVisible();
}

test('a board put into the bin says so to who has it open, and leads back to the floor', async ({ arrive }) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(bo.page, 'on the server');
	await boardIsOpen(bo.page);
	await throwAway(ada);
	await expect(bo.page.getByText('This board is not there for you any more.')).toBeVisible();
	// Nothing was unsent, so nothing is asked and nothing stays behind.
	await expect(bo.page.getByRole('button', { name: 'Drop' })).toBeHidden();
	await expect.poll(() => copiesIn(bo.page)).toBe(0);
	await bo.page.getByRole('link', { name: 'Back to the floor' }).click();
	await expect(bo.page.getByRole('heading', { name: 'Studio Oost' })).toBeVisible();
});

test('work done on the way while the board went into the bin is kept as a board of its own', async ({ arrive }) => {
	const [ada, bo] = await adaAndBo(arrive);
	await writeAway(bo, 'from the train');
	await throwAway(ada);
	await bo.page.context().setOffline(false);
	const aside = bo.page.getByRole('region', { name: /Your version, \d+ changes?/ });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	expect(await copiesIn(bo.page)).toBe(1);

	await aside.getByRole('button', { name: 'Keep as a board' }).click();
	await expect(bo.page).toHaveTitle(/Untitled board \(version of Bo\)/);
	await boardIsOpen(bo.page);
	await expect.poll(() => onlyThing(bo.page)).toContain('Note: from the train');
	// The copy of the old board went; the new one has its own.
	expect(await copiesIn(bo.page)).toBe(1);
	await ada.page.getByRole('link', { name: 'Floor' }).click();
	await expect(ada.page.getByRole('link', { name: /version of Bo/ })).toBeVisible();
});

test('a guest whose link was withdrawn on the way takes the words along', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Withdrawn');
	await newBoard(ada.page);
	const gus = await arrive('Gus');
	await comeAsGuest(gus, await shareLink(ada.page));
	await writeAway(gus, 'thought of it outside');
	await ada.page.getByRole('button', { name: 'Share' }).click();
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
	await expect(ada.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' })).toBeHidden();
	await gus.page.context().setOffline(false);

	const aside = gus.page.getByRole('region', { name: /Your version, \d+ changes?/ });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	await expect(gus.page.getByText('This link does not work any more.')).toBeVisible();
	await expect(aside.getByRole('button', { name: 'Keep as a board' })).toBeHidden();
	await aside.getByRole('button', { name: 'Copy the words' }).click();
	await expect(aside.getByText('The words are on your clipboard.')).toBeVisible();
	expect(await gus.page.evaluate(() => navigator.clipboard.readText())).toBe('thought of it outside');
	expect(await copiesIn(gus.page)).toBe(1);

	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Drop my version' }).click();
	await expect(aside).toBeHidden();
	await expect.poll(() => copiesIn(gus.page)).toBe(0);
});

test('a lowered role takes effect by itself: the board goes on, to look at', async ({ arrive }) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(bo.page, 'while I may');
	await boardIsOpen(bo.page);
	await makeViewer(ada, bo);
	await expect(bo.page.getByText(/You are here to look and listen/)).toBeVisible();
	await boardIsOpen(bo.page);
	await expect(bo.page.getByRole('button', { name: 'Note', exact: true })).toBeHidden();
	await expect.poll(() => onlyThing(bo.page)).toContain('Note: while I may');
	// The reader's line is a new one: what Ada changes arrives.
	await ada.page.getByRole('application').focus();
	await ada.page.keyboard.press('Control+a');
	await ada.page.keyboard.press('Delete');
	await expect.poll(() => onlyThing(bo.page)).not.toContain('Note: while I may');
});

test('work of someone who became a reader on the way is offered, and dropping it shows the board as it is', async ({
	arrive
}) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(ada.page, 'of all');
	await boardIsOpen(bo.page);
	await writeAway(bo, 'mine alone');
	await makeViewer(ada, bo);
	await bo.page.context().setOffline(false);
	const aside = bo.page.getByRole('region', { name: /Your version, \d+ changes?/ });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Cancel' }).click();
	await expect(aside.getByRole('button', { name: 'Keep as a board' })).toBeVisible();
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Drop my version' }).click();
	await boardIsOpen(bo.page);
	await expect(aside).toBeHidden();
	await expect.poll(() => onlyThing(bo.page)).toBe('Note: of all, 1 of 1');
});

test('the browser is asked to keep copies once, when there is something to keep', async ({ arrive }) => {
	const { page, ...ada } = await arrive('Ada');
	let asked = 0;
	await page.exposeFunction('asked', () => asked++);
	await page.addInitScript('navigator.storage.persist = () => asked()');
	await settle({ ...ada, page }, 'Kept');
	await newBoard(page);
	expect(asked).toBe(0);
	await putNote(page, 'one');
	await expect.poll(() => asked).toBe(1);
	await putNote(page, 'two');
	await boardIsOpen(page);
	expect(asked).toBe(1);
});

test('who signs out leaves no board behind in the browser, not even one that is still open', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Library');
	await newBoard(ada.page);
	await putNote(ada.page, 'on a machine of others');
	await boardIsOpen(ada.page);
	const me = await ada.page.context().newPage();
	await me.goto('/me');
	expect(await copiesIn(me)).toBe(1);
	await me.getByRole('button', { name: 'Sign out' }).click();
	await expect(me.getByRole('link', { name: 'Make an account' }).first()).toBeVisible();
	expect(await copiesIn(me)).toBe(0);
	await expect(ada.page.getByText('You are signed out.')).toBeVisible();
	await expect(ada.page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', /\/sign-in\?to=%2Fb%2F/);
});
