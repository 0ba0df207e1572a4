import type { Locator, Page } from '@playwright/test';
import { boardIsOpen, comeAsGuest, expect, fillAccount, newBoard, settle, shareLink, test } from './people.ts';

/** Walks there with Tab alone, as someone without a pointer does, and sees where they stand. */
async function tabTo(page: Page, goal: Locator): Promise<void> {
	await expect(goal).toBeVisible();
	for (let steps = 0; steps < 60; steps++) {
		if (await goal.evaluate((element) => element === document.activeElement)) {
			const outline = await goal.evaluate((element) => getComputedStyle(element).outlineStyle);
			expect(outline, 'where the keyboard stands must be seen').not.toBe('none');
			return;
		}
		await page.keyboard.press('Tab');
	}
	throw new Error(`Tab never came to ${String(goal)}`);
}

async function press(page: Page, goal: Locator): Promise<void> {
	await tabTo(page, goal);
	await page.keyboard.press('Enter');
}

async function write(page: Page, label: string, words: string): Promise<void> {
	await tabTo(page, page.getByLabel(label, { exact: true }));
	await page.keyboard.type(words);
}

test('from the front page to a guest at the board, all by keyboard', async ({ arrive }) => {
	const { page } = await arrive('Kim');
	await page.goto('/');

	await test.step('the first Tab skips to the content', async () => {
		await page.keyboard.press('Tab');
		await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
		await page.keyboard.press('Enter');
		await expect(page.getByRole('main')).toBeFocused();
	});
	await test.step('an account and a team', async () => {
		await press(page, page.getByRole('link', { name: 'Make an account' }));
		await expect(page).toHaveTitle('Make an account · Nabij');
		await write(page, 'Your name', 'Kim');
		await write(page, 'Email address', `kim-${crypto.randomUUID().slice(0, 8)}@example.org`);
		await write(page, 'Password', 'a garden of forking paths');
		await page.keyboard.press('Enter');
		await expect(page).toHaveTitle('What is your team called? · Nabij');
		await write(page, 'Name of the team', 'By hand');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: 'By hand' })).toBeVisible();
	});
	await test.step('an invitation, made and taken back, leaves the keyboard where it was', async () => {
		await press(page, page.getByRole('link', { name: 'Invite people' }));
		const make = page.getByRole('button', { name: 'New link for a member' });
		await press(page, make);
		await expect(page.getByLabel(/^Invitation link/)).toHaveCount(1);
		await expect(make).toBeFocused();
		await press(page, page.getByRole('button', { name: 'Withdraw' }));
		await expect(page.getByText('No open invitations.')).toBeVisible();
		await expect(page.getByRole('region', { name: 'Invitations' })).toBeFocused();
	});
	await test.step('a dialog keeps the keyboard, Escape leaves it, and the keyboard is back at its menu', async () => {
		await page.keyboard.press('Home');
		await press(page, page.getByRole('link', { name: 'Boards', exact: true }));
		await expect(page).toHaveTitle('Boards · Nabij');
		const menu = page.getByRole('button', { name: /^What to do with/ });
		await press(page, menu);
		await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
		await page.keyboard.press('Enter');
		const dialog = page.getByRole('dialog', { name: 'Rename the board' });
		await expect(dialog.getByLabel('Name of the board')).toBeFocused();
		for (let steps = 0; steps < 5; steps++) {
			await page.keyboard.press('Tab');
			await expect(dialog.locator(':focus')).toHaveCount(1);
		}
		await page.keyboard.press('Escape');
		await expect(dialog).toBeHidden();
		await expect(menu).toBeFocused();
	});
	const link = await test.step('a board, and a link to it', async () => {
		await press(page, page.getByRole('button', { name: 'New board' }));
		await boardIsOpen(page);
		const share = page.getByRole('button', { name: 'Share' });
		await press(page, share);
		const dialog = page.getByRole('dialog');
		await press(page, dialog.getByRole('button', { name: 'Make a link' }));
		const made = await dialog.getByRole('textbox', { name: 'Link: Write along' }).inputValue();
		await page.keyboard.press('Escape');
		await expect(dialog).toBeHidden();
		await expect(share).toBeFocused();
		return made;
	});
	await test.step('a guest', async () => {
		const guest = await arrive('Gus');
		await guest.page.goto(link);
		await write(guest.page, 'Your name', 'Gus');
		await press(guest.page, guest.page.getByRole('button', { name: 'To the board' }));
		await boardIsOpen(guest.page);
	});
});

test('who is refused stands at the answer that caused it, and hears why', async ({ arrive }) => {
	const { page } = await arrive('Ann');
	await page.goto('/sign-in');
	await page.getByLabel('Email address').fill('nobody@example.org');
	await page.getByLabel('Password').fill('not the one');
	await page.keyboard.press('Enter');
	const password = page.getByLabel('Password');
	await expect(password).toBeFocused();
	await expect(password).toHaveAccessibleDescription('That address and password do not belong together.');
	await expect(page.getByRole('alert')).toBeVisible();
	await expect(page.getByLabel('Email address')).toHaveValue('nobody@example.org');
});

test('a password can be looked at, and browsers know which boxes to fill', async ({ arrive }) => {
	const { page } = await arrive('Pam');
	await page.goto('/sign-up');
	const password = page.getByLabel('Password');
	await expect(page.getByLabel('Your name')).toHaveAttribute('autocomplete', 'name');
	await expect(page.getByLabel('Email address')).toHaveAttribute('autocomplete', 'username');
	await expect(password).toHaveAttribute('autocomplete', 'new-password');
	await password.fill('in the open');
	await page.getByRole('button', { name: 'Show password', exact: true }).click();
	await expect(password).toHaveAttribute('type', 'text');
	await page.getByRole('button', { name: 'Hide password', exact: true }).click();
	await expect(password).toHaveAttribute('type', 'password');
	await expect(password).toHaveValue('in the open');
	await page.goto('/sign-in');
	await expect(password).toHaveAttribute('autocomplete', 'current-password');
});

test('what was typed before the scripts came stays when they come', async ({ arrive }) => {
	const { page } = await arrive('Slow');
	const { promise: arrived, resolve: letIn } = Promise.withResolvers<undefined>();
	await page.route(/\.js$/, async (route) => {
		await arrived;
		await route.continue();
	});
	await page.goto('/sign-up', { waitUntil: 'commit' });
	await page.getByLabel('Your name').fill('Slow but sure');
	letIn(undefined);
	// The button that uncovers a password comes with the scripts.
	await expect(page.getByRole('button', { name: 'Show password' })).toBeVisible();
	await expect(page.getByLabel('Your name')).toHaveValue('Slow but sure');
});

test('without scripts the forms still take one to the floor, and say what was wrong', async ({ arrive, product }) => {
	const { browser } = await arrive('Plain');
	const context = await browser.newContext({ baseURL: product.url, javaScriptEnabled: false, locale: 'nl' });
	const page = await context.newPage();
	await page.goto('/sign-in');
	await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
	await page.getByLabel('E-mailadres').fill('niemand@example.org');
	await page.getByLabel('Wachtwoord').fill('niet het goede');
	await page.getByRole('button', { name: 'Inloggen' }).click();
	await expect(page.getByRole('alert')).toHaveText('Dit adres en dit wachtwoord horen niet bij elkaar.');
	await expect(page.getByLabel('E-mailadres')).toHaveValue('niemand@example.org');
	await page.getByRole('button', { name: 'English' }).click();
	await expect(page.locator('html')).toHaveAttribute('lang', 'en');
	await page.getByRole('link', { name: 'Make an account' }).click();
	await fillAccount(page, 'Plain');
	await page.getByRole('button', { name: 'Make an account' }).click();
	await page.getByLabel('Name of the team').fill('No scripts');
	await page.getByRole('button', { name: 'Make the team' }).click();
	await expect(page.getByRole('heading', { name: 'No scripts' })).toBeVisible();
	await page.getByRole('link', { name: 'Invite people' }).click();
	await page.getByRole('button', { name: 'New link for a member' }).click();
	await expect(page.getByLabel(/^Invitation link/)).toHaveCount(1);
	await page.goto('/me');
	await page.getByRole('button', { name: 'Sign out', disabled: false }).click();
	await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
});

test('two presses make one board, and the list says who is at it', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Twice');
	await ada.page.getByRole('button', { name: 'New board' }).dblclick();
	await boardIsOpen(ada.page);
	const second = await ada.page.context().newPage();
	await second.goto('/');
	await second.getByRole('link', { name: 'Boards', exact: true }).click();
	await expect(second.getByRole('main').getByRole('link')).toHaveCount(2);
	await expect(second.getByText('At this board now: Ada')).toHaveCount(1);
	await expect(second.getByText('1 here now')).toBeVisible();
});

test('out of reach the floor stays, says that it is behind, and catches up by itself', async ({ arrive }) => {
	const { page } = await arrive('Fay');
	await settle({ ...(await arrive('Nobody')), page, name: 'Fay' }, 'Reach');
	const lookAgain = () => page.evaluate(() => window.dispatchEvent(new Event('focus')));
	const behind = page.getByText(/^Not up to date/);
	await page.context().setOffline(true);
	await lookAgain();
	await expect(behind).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Reach' })).toBeVisible();
	await page.context().setOffline(false);
	await expect(behind).toBeHidden();
});

test('a form that gets no answer says so and keeps what was typed', async ({ arrive }) => {
	const { page } = await arrive('Tom');
	await page.goto('/sign-up');
	await expect(page.getByRole('button', { name: 'Show password' })).toBeVisible();
	await fillAccount(page, 'Tom');
	await page.context().setOffline(true);
	await page.getByRole('button', { name: 'Make an account' }).click();
	await expect(page.getByRole('alert')).toContainText('No answer from the server');
	await expect(page.getByRole('alert')).toBeFocused();
	await expect(page.getByLabel('Your name')).toHaveValue('Tom');
	await expect(page.getByLabel('Password')).toHaveValue('a garden of forking paths');
	await page.context().setOffline(false);
	await page.getByRole('button', { name: 'Make an account' }).click();
	await expect(page.getByLabel('Name of the team')).toBeVisible();
});

test('what is wrong with an answer is said in the language of the page', async ({ arrive }) => {
	const { page } = await arrive('Kort', { language: 'nl' });
	await page.goto('/sign-up');
	await expect(page.getByRole('button', { name: 'Toon wachtwoord', exact: true })).toBeVisible();
	await page.getByLabel('Je naam').fill('Kort');
	await page.getByLabel('E-mailadres').fill('kort@example.org');
	await page.getByLabel('Wachtwoord').fill('kort');
	await page.keyboard.press('Enter');
	await expect(page.getByLabel('Wachtwoord')).toBeFocused();
	await expect(page.getByLabel('Wachtwoord')).toHaveAccessibleDescription(/minstens|ten minste|te kort/);
});

test('a guest can leave the board, come back to it, and sign out', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Guests');
	await newBoard(ada.page);
	const link = await shareLink(ada.page);
	const { page, ...gus } = await arrive('Gus');
	await comeAsGuest({ page, ...gus }, link);
	await page.getByRole('link', { name: 'Leave the board' }).click();
	await expect(page.getByText(/^You stepped out of/)).toBeVisible();
	await page.getByRole('link', { name: 'Back to the board' }).click();
	await boardIsOpen(page);
	await page.getByRole('link', { name: 'Leave the board' }).click();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('link', { name: 'Make an account' }).first()).toBeVisible();
	await page.goto(link);
	await expect(page.getByLabel('Your name')).toHaveValue('');
});

test('who leaves the floor while it asks what is new gets where they went', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'On the way');
	const { page } = ada;
	const going = Promise.withResolvers<void>();
	const asked = Promise.withResolvers<void>();
	await page.route(/settings\/__data\.json/, async (route) => {
		going.resolve();
		await asked.promise;
		await route.continue();
	});
	await page.getByRole('link', { name: 'Invite people' }).click();
	await going.promise;
	// The page is looked at again: the floor asks, and has its answer, while the way is still long.
	const answer = page.waitForResponse(/\/api\/v1\/me$/);
	await page.evaluate(() => window.dispatchEvent(new Event('focus')));
	await answer;
	// What the answer leads to happens in the turns after it.
	await page.evaluate(() => new Promise((turn) => setTimeout(turn, 100)));
	asked.resolve();
	await expect(page.getByRole('button', { name: 'New link for a member' })).toBeVisible();
});
