import { apart, look, middleOf, type Colour } from './screen.ts';
import {
	boardIsOpen,
	comeAsGuest,
	expect,
	heard,
	inviteMember,
	joinTeam,
	newBoard,
	putNote,
	settle,
	shareLink,
	test
} from './people.ts';

const BUTTER: Colour = [0xff, 0xe5, 0x8a];

test('a newcomer makes a team, a colleague joins by link, and both work on one board that stays', async ({
	arrive,
	product
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Studio Noord');
	await expect(ada.page.getByRole('link', { name: /Welcome to your first board/ })).toBeVisible();

	const bo = await arrive('Bo');
	await joinTeam(bo, await inviteMember(ada.page), 'Studio Noord');

	await ada.page.getByRole('link', { name: 'Floor' }).click();
	await newBoard(ada.page);
	await bo.page.goto(ada.page.url());
	await boardIsOpen(bo.page);
	for (const { page } of [ada, bo]) await expect(page.getByText('Nothing here yet.')).toBeVisible();

	await Promise.all([putNote(ada.page, 350, 300, 'from Ada'), putNote(bo.page, 700, 300, 'from Bo')]);
	for (const { page } of [ada, bo])
		await expect.poll(() => heard(page)).toEqual(expect.arrayContaining(['Note: from Ada', 'Note: from Bo']));
	for (const { page } of [ada, bo]) await expect(page.getByText('Nothing here yet.')).toBeHidden();

	await test.step('each undoes own work only', async () => {
		await ada.page.keyboard.press('Control+z');
		await expect.poll(() => heard(bo.page)).toEqual(['Note: from Bo']);
		await ada.page.keyboard.press('Control+Shift+z');
		await expect.poll(() => heard(bo.page)).toHaveLength(2);
	});

	await test.step('it is there tomorrow', async () => {
		await expect(ada.page.getByText('Saved', { exact: true })).toBeVisible();
		await ada.page.getByRole('link', { name: 'Leave the board' }).click();
		await ada.page.getByRole('link', { name: /Untitled board/ }).click();
		await expect.poll(() => heard(ada.page)).toHaveLength(2);
	});
	expect(product.output()).not.toMatch(/forking paths|nabij_session=|access_token=/);
});

test('a dragged note moves on the other screen while it is dragged, and never jumps back', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Drag');
	await newBoard(ada.page);
	await putNote(ada.page, 400, 300, '');
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	const start = await middleOf(bo.page, BUTTER);
	if (!start) throw new Error('Bo does not see the note');

	await ada.page.mouse.move(400, 300);
	await ada.page.mouse.down();
	await ada.page.mouse.move(500, 340, { steps: 5 });
	await expect.poll(async () => ((await middleOf(bo.page, BUTTER)) ?? start)[0] - start[0]).toBeGreaterThan(40);
	await ada.page.mouse.move(640, 400, { steps: 5 });
	const far = async (): Promise<number> => ((await middleOf(bo.page, BUTTER)) ?? [0, 0])[0] - start[0];
	await expect.poll(far).toBeGreaterThan(150);
	await ada.page.mouse.up();
	// From the release on, every picture of Bo's screen shows it where it was dropped.
	const places: number[] = [];
	for (let i = 0; i < 12; i++) places.push(await far());
	expect(Math.min(...places)).toBeGreaterThan(150);
});

test('two people type in one note at once, and nothing of either is lost', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Twice');
	await newBoard(ada.page);
	await putNote(ada.page, 500, 350, 'x');
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	const middle = await middleOf(bo.page, BUTTER);
	if (!middle) throw new Error('Bo does not see the note');
	await ada.page.mouse.dblclick(500, 350);
	await bo.page.mouse.dblclick(...middle);
	await ada.page.keyboard.press('End');
	await bo.page.keyboard.press('Home');
	await Promise.all([ada.page.keyboard.type('AAAAA', { delay: 30 }), bo.page.keyboard.type('BBBBB', { delay: 30 })]);
	for (const { page } of [ada, bo])
		await expect(page.getByRole('textbox', { name: 'Words' })).toHaveValue('BBBBBxAAAAA');
});

test('whose note is deleted under the pen is told so, types nothing else by mistake, and can bring it back', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Under the pen');
	await newBoard(ada.page);
	await putNote(ada.page, 500, 350, 'half a');
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	const middle = await middleOf(bo.page, BUTTER);
	if (!middle) throw new Error('Bo does not see the note');
	await bo.page.mouse.dblclick(...middle);
	await bo.page.keyboard.press('End');
	await bo.page.keyboard.type(' thought');
	await expect(bo.page.getByText('Saved', { exact: true })).toBeVisible();
	await ada.page.mouse.click(500, 350);
	await ada.page.keyboard.press('Delete');
	await expect(bo.page.getByText('Ada deleted what you were writing in.')).toBeVisible();
	// As commands, n, r and a would each have made something.
	await bo.page.keyboard.type('and now more');
	await bo.page.keyboard.press('Enter');
	await bo.page.mouse.click(...middle);
	expect(await heard(bo.page)).toEqual([]);
	await bo.page.getByRole('button', { name: 'Bring it back' }).click();
	for (const { page } of [bo, ada]) {
		await expect.poll(() => heard(page)).toEqual([expect.stringContaining('half a thought')]);
	}
});

test('a guest who may only look sees everything and changes nothing; a withdrawn link ends the visit', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Look');
	await newBoard(ada.page);
	await putNote(ada.page, 500, 350, 'look at me');
	const vi = await arrive('Vi');
	await comeAsGuest(vi, await shareLink(ada.page, 'Look along'));
	await expect.poll(() => heard(vi.page)).toEqual(['Note: look at me']);
	await expect(vi.page.getByRole('button', { name: 'Note', exact: true })).toBeHidden();
	await vi.page.keyboard.press('n');
	await vi.page.mouse.click(300, 300);
	await expect.poll(() => heard(vi.page)).toHaveLength(1);

	await ada.page.getByRole('button', { name: 'Share' }).click();
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
	await expect(vi.page.getByText('This link does not work any more.')).toBeVisible();
});

test('away from the network the work goes on, is said to be kept here, and goes in later', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Away');
	await newBoard(ada.page);
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	await bo.page.context().setOffline(true);
	await putNote(bo.page, 500, 350, 'written in a tunnel');
	await expect(bo.page.getByText(/Offline, \d+ changes? kept here/)).toBeVisible({ timeout: 45_000 });
	await putNote(ada.page, 300, 350, 'meanwhile');
	await bo.page.context().setOffline(false);
	for (const { page } of [ada, bo])
		await expect
			.poll(() => heard(page), { timeout: 30_000 })
			.toEqual(expect.arrayContaining(['Note: written in a tunnel', 'Note: meanwhile']));
	await expect(bo.page.getByText('Saved', { exact: true })).toBeVisible();
});

test('everything of a board can be done by keyboard', async ({ arrive }) => {
	const { page } = await arrive('Kay');
	await settle({ ...(await arrive('Nobody')), page, name: 'Kay' }, 'Keys');
	await newBoard(page);
	await test.step('letters work after a button was pressed', async () => {
		await page.getByRole('button', { name: 'Show everything' }).click();
		await page.keyboard.press('n');
		await expect(page.getByRole('button', { name: 'Note', exact: true })).toHaveAttribute('aria-pressed', 'true');
	});
	await page.keyboard.press('Enter');
	await page.keyboard.type('typed');
	await page.keyboard.press('Escape');
	await expect.poll(() => heard(page)).toEqual(['Note: typed']);
	const before = await middleOf(page, BUTTER);
	await page.getByRole('application').focus();
	await page.keyboard.press('Tab');
	for (let i = 0; i < 8; i++) await page.keyboard.press('Shift+ArrowRight');
	await expect.poll(async () => ((await middleOf(page, BUTTER)) ?? [0])[0] - (before ?? [0])[0]).toBeGreaterThan(50);
	await page.keyboard.press('Control+c');
	await page.keyboard.press('Control+v');
	await expect.poll(() => heard(page)).toHaveLength(2);
	await page.getByRole('application').focus();
	await page.keyboard.press('Control+a');
	await page.keyboard.press('Delete');
	await expect.poll(() => heard(page)).toHaveLength(0);
	await page.getByRole('application').focus();
	await page.keyboard.press('?');
	await expect(page.getByRole('dialog')).toBeVisible();
});

test('markup in every text stays text', async ({ arrive }) => {
	const evil = '<img src=x onerror="document.title=1"><b>bold</b>';
	const { page } = await arrive('Eve');
	await page.goto('/sign-up');
	await page.getByLabel('Your name').fill(evil);
	await page.getByLabel('Email address').fill(`eve-${crypto.randomUUID().slice(0, 8)}@example.org`);
	await page.getByLabel('Password').fill('a garden of forking paths');
	await page.getByRole('button', { name: 'Make an account' }).click();
	await page.getByLabel('Name of the team').fill(evil);
	await page.getByRole('button', { name: 'Make the team' }).click();
	await expect(page.getByRole('heading', { name: evil })).toBeVisible();
	await newBoard(page);
	await putNote(page, 500, 350, evil);
	await page.getByRole('textbox', { name: 'Name of the board' }).fill(evil);
	await page.keyboard.press('Enter');
	await expect(page).toHaveTitle(new RegExp('<img src=x'));
	expect(await page.locator('img[src="x"]').count()).toBe(0);
	const pixel = await look(page);
	expect(apart(pixel(410, 260), BUTTER)).toBeLessThan(8);
});
