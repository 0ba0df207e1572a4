import type { Locator, Page } from '@playwright/test';
import {
	adaAndBo,
	boardIsOpen,
	comeAsGuest,
	expect,
	heard,
	newBoard,
	putNote,
	settle,
	shareLink,
	test,
	type Someone
} from './people.ts';

const MIDDLE = [640, 450] as const;

/** What unsent work is offered under. */
const NOT_TAKEN = /(was|were) not taken/;

/** Loses the network and makes a note there. */
async function writeAway({ page }: Someone, words: string): Promise<void> {
	await page.context().setOffline(true);
	await putNote(page, ...MIDDLE, words);
	await expect(page.getByText(/Offline, \d+ changes? kept here/)).toBeVisible({ timeout: 45_000 });
}

/** What becomes of a page's own messages to the server: `as-is`, none at all, or its next update is made something else. */
type Way = 'as-is' | 'cut' | 'garbled' | 'too-large';
type Line = { way: Way };

/** Puts itself between the page's sockets and the server; what comes from the server passes as it is. */
async function between({ page }: Someone): Promise<Line> {
	const line: Line = { way: 'as-is' };
	await page.context().routeWebSocket(/\/sync\//, (socket) => {
		if (line.way === 'cut') return void socket.close({ code: 1013 });
		const server = socket.connectToServer();
		socket.onMessage((message) => {
			const update = typeof message !== 'string' && message[0] === 0 && message[1] === 2;
			if (!update || line.way === 'as-is') return server.send(message);
			server.send(line.way === 'garbled' ? GARBLED : TOO_LARGE);
			line.way = 'as-is';
		});
	});
	return line;
}

/** An update of three bytes that are none, and one of 5 MiB; their length is a varuint. */
const GARBLED = Buffer.from([0, 2, 3, 255, 255, 255]);
const TOO_LARGE = Buffer.concat([Buffer.from([0, 2, 0x80, 0x80, 0xc0, 0x02]), Buffer.alloc(5 * 1024 * 1024)]);

/** A visit to the open board that never reaches the server, in which a note is made. */
async function visitCutOff({ page }: Someone, line: Line, words: string): Promise<void> {
	line.way = 'cut';
	await page.reload();
	await putNote(page, ...MIDDLE, words);
	await expect(page.getByText(/Offline, \d+ changes? kept here/)).toBeVisible();
	await copyIsWritten(page);
}

/** What was typed last is on the disk: this turn of writing comes after all that were asked for. */
async function copyIsWritten(page: Page): Promise<void> {
	await page.evaluate(async () => {
		const found = (await indexedDB.databases()).find(({ name }) => name?.startsWith('nabij:'));
		const asked = indexedDB.open(found?.name ?? '');
		await new Promise((opened) => (asked.onsuccess = opened));
		const turn = asked.result.transaction(['updates', 'custom'], 'readwrite');
		await new Promise((written) => (turn.oncomplete = written));
		asked.result.close();
	});
}

/** Makes a team and a board, visits it cut off, and asks to sign out, which is answered by a question. */
async function signOutUnsent(someone: Someone, team: string): Promise<{ line: Line; page: Page; asked: Locator }> {
	const { page } = someone;
	const line = await between(someone);
	await settle(someone, team);
	await newBoard(page);
	await visitCutOff(someone, line, 'x');
	await page.goto('/me');
	await page.getByRole('button', { name: 'Sign out' }).click();
	const asked = page.getByRole('dialog', { name: 'Not everything was sent' });
	await expect(asked).toBeVisible();
	return { line, page, asked };
}

/** Copies of boards that this browser keeps. */
async function copiesIn(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const kept = await indexedDB.databases();
		return kept.filter(({ name }) => name?.startsWith('nabij:')).length;
	});
}

/** Gives a member a role at the board that both have open. */
async function giveRole(by: Someone, whom: Someone, role: 'viewer' | 'editor'): Promise<void> {
	const { id } = (await (await whom.page.request.get('/api/v1/me')).json()) as { id: string };
	const { origin, pathname } = new URL(by.page.url());
	const path = `/api/v1/boards/${pathname.split('/').at(-1)}/roles/${id}`;
	const answer = await by.page.request.put(path, { data: { role }, headers: { origin } });
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
	await putNote(bo.page, ...MIDDLE, 'on the server');
	await boardIsOpen(bo.page);
	await throwAway(ada);
	await expect(bo.page.getByText('This board is not there for you any more.')).toBeVisible();
	// What lies behind takes nothing: no tool, title or Share can be reached, by the keyboard either.
	await expect(bo.page.locator('main')).toHaveAttribute('inert');
	await bo.page.keyboard.press('Tab');
	await expect(bo.page.getByRole('link', { name: 'Back to the floor' })).toBeFocused();
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
	const aside = bo.page.getByRole('region', { name: NOT_TAKEN });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	expect(await copiesIn(bo.page)).toBe(1);

	await aside.getByRole('button', { name: 'Keep as a board' }).click();
	await expect(bo.page).toHaveTitle(/Untitled board \(version of Bo\)/);
	await boardIsOpen(bo.page);
	await expect.poll(() => heard(bo.page)).toContain('Note: from the train');
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

	const aside = gus.page.getByRole('region', { name: NOT_TAKEN });
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
	await putNote(bo.page, ...MIDDLE, 'while I may');
	await boardIsOpen(bo.page);
	await giveRole(ada, bo, 'viewer');
	await expect(bo.page.getByRole('status').filter({ hasText: /You are here to look/ })).toBeVisible();
	await boardIsOpen(bo.page);
	await expect(bo.page.getByRole('button', { name: 'Note', exact: true })).toBeHidden();
	await expect.poll(() => heard(bo.page)).toContain('Note: while I may');
	// The reader's line is a new one: what Ada changes arrives.
	await ada.page.getByRole('application').focus();
	await ada.page.keyboard.press('Control+a');
	await ada.page.keyboard.press('Delete');
	await expect.poll(() => heard(bo.page)).toEqual([]);
});

test('who becomes a reader with unsent work sees the board go on at once, and the work offered beside it', async ({
	arrive
}) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(ada.page, 300, 300, 'of all');
	await boardIsOpen(bo.page);
	await writeAway(bo, 'mine alone');
	await giveRole(ada, bo, 'viewer');
	await bo.page.context().setOffline(false);
	const aside = bo.page.getByRole('region', { name: NOT_TAKEN });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	await expect(bo.page.getByText(/You are here to look/)).toBeVisible();
	// The board is that of the server, and live: what Ada writes arrives while the question stands.
	await boardIsOpen(bo.page);
	await expect.poll(() => heard(bo.page)).toEqual(['Note: of all']);
	await putNote(ada.page, 700, 300, 'meanwhile');
	await expect.poll(() => heard(bo.page)).toContain('Note: meanwhile');
	await expect(bo.page.getByRole('button', { name: 'Share' })).toBeHidden();
	await expect(bo.page.getByLabel('Name of the board')).toBeHidden();
	// It outlives the page, which is left without a question.
	await bo.page.reload();
	await expect(aside.getByRole('button', { name: 'Keep as a board' })).toBeVisible();
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Cancel' }).click();
	await expect(aside.getByRole('button', { name: 'Keep as a board' })).toBeVisible();
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Drop my version' }).click();
	await expect(aside).toBeHidden();
	await bo.page.reload();
	await boardIsOpen(bo.page);
	await expect.poll(() => heard(bo.page)).toHaveLength(2);
	await expect(aside).toBeHidden();
});

test('who may write again puts in what was set aside meanwhile', async ({ arrive }) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(ada.page, 300, 300, 'of all');
	await boardIsOpen(bo.page);
	await writeAway(bo, 'after all');
	await giveRole(ada, bo, 'viewer');
	await bo.page.context().setOffline(false);
	const aside = bo.page.getByRole('region', { name: NOT_TAKEN });
	await expect(aside).toBeVisible({ timeout: 30_000 });
	await expect(aside.getByRole('button', { name: 'Put them in' })).toBeHidden();
	await giveRole(ada, bo, 'editor');
	await aside.getByRole('button', { name: 'Put them in' }).click();
	await expect(aside).toBeHidden();
	await boardIsOpen(bo.page);
	await expect.poll(() => heard(ada.page)).toContain('Note: after all');
	await bo.page.reload();
	await boardIsOpen(bo.page);
	await expect.poll(async () => (await heard(bo.page)).toSorted()).toEqual(['Note: after all', 'Note: of all']);
	await expect(aside).toBeHidden();
});

test('the browser is asked to keep copies once, when there is something to keep', async ({ arrive }) => {
	const { page, ...ada } = await arrive('Ada');
	let asked = 0;
	await page.exposeFunction('asked', () => asked++);
	await page.addInitScript('navigator.storage.persist = () => asked()');
	await settle({ ...ada, page }, 'Kept');
	await newBoard(page);
	expect(asked).toBe(0);
	await putNote(page, ...MIDDLE, 'one');
	await expect.poll(() => asked).toBe(1);
	await putNote(page, ...MIDDLE, 'two');
	await boardIsOpen(page);
	expect(asked).toBe(1);
});

test('who signs out leaves no board behind in the browser, not even one that is still open', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Library');
	await newBoard(ada.page);
	await putNote(ada.page, ...MIDDLE, 'on a machine of others');
	await boardIsOpen(ada.page);
	const me = await ada.page.context().newPage();
	await me.goto('/me');
	expect(await copiesIn(me)).toBe(1);
	await me.getByRole('button', { name: 'Sign out' }).click();
	await expect(me.getByRole('link', { name: 'Make an account' }).first()).toBeVisible();
	expect(await copiesIn(me)).toBe(0);
	// The board is off the page: what is said is the page now.
	await expect(ada.page.getByRole('main').getByRole('heading', { level: 1 })).toHaveText('You are signed out.');
	// Nor in the tab that still shows it.
	await expect(ada.page.getByRole('application')).toHaveCount(0);
	await expect(ada.page.getByText('on a machine of others')).toHaveCount(0);
	await expect(ada.page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', /\/sign-in\?to=%2Fb%2F/);
});

test('signing out asks about work of an earlier visit that was never sent, and drops it only when told to', async ({
	arrive
}) => {
	const { page, asked } = await signOutUnsent(await arrive('Ada'), 'Hasty');
	await expect(asked.getByRole('link', { name: /^Untitled board: \d+ changes?$/ })).toBeVisible();
	await asked.getByRole('button', { name: 'Stay signed in' }).click();
	await expect(asked).toBeHidden();
	expect(await copiesIn(page)).toBe(1);

	await page.getByRole('button', { name: 'Sign out' }).click();
	await asked.getByRole('button', { name: /^Sign out and drop \d+ changes?$/ }).click();
	await expect(page.getByRole('link', { name: 'Make an account' }).first()).toBeVisible();
	expect(await copiesIn(page)).toBe(0);
});

test('work that is sent on the way is not asked about any more', async ({ arrive }) => {
	const { line, page, asked } = await signOutUnsent(await arrive('Ada'), 'Calm');
	line.way = 'as-is';
	await asked.getByRole('link', { name: /Untitled board/ }).click();
	await boardIsOpen(page);
	expect(await heard(page)).toEqual(['Note: x']);
	await page.goto('/me');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('link', { name: 'Make an account' }).first()).toBeVisible();
});

test('work of an earlier visit by someone who only looks now is offered, and the board begins fresh', async ({
	arrive
}) => {
	const [ada, bo] = await adaAndBo(arrive);
	await putNote(ada.page, 300, 300, 'of all');
	await expect.poll(() => heard(bo.page)).toEqual(['Note: of all']);
	const board = bo.page.url();
	const line = await between(bo);
	await visitCutOff(bo, line, 'mine alone');
	await bo.page.goto('/me');
	await giveRole(ada, bo, 'viewer');
	line.way = 'as-is';
	await bo.page.goto(board);
	const aside = bo.page.getByRole('region', { name: NOT_TAKEN });
	await expect(aside.getByRole('button', { name: 'Keep as a board' })).toBeVisible();
	await expect(bo.page.getByText(/You are here to look/)).toBeVisible();
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Drop my version' }).click();
	await boardIsOpen(bo.page);
	await expect.poll(() => heard(bo.page)).toEqual(['Note: of all']);
});

test('a change that the server refuses is kept as a board of its own', async ({ arrive }) => {
	const ada = await arrive('Ada');
	const line = await between(ada);
	await settle(ada, 'Refused');
	await newBoard(ada.page);
	line.way = 'garbled';
	await putNote(ada.page, ...MIDDLE, 'x');
	await expect(ada.page.getByText('The server did not take a change.')).toBeVisible();
	const aside = ada.page.getByRole('region', { name: NOT_TAKEN });
	await aside.getByRole('button', { name: 'Keep as a board' }).click();
	await expect(ada.page).toHaveTitle(/Untitled board \(version of Ada\)/);
	await boardIsOpen(ada.page);
	await expect.poll(async () => (await heard(ada.page)).length).toBe(1);
});

test('a change that is too large for the server is offered; without it the board goes on', async ({ arrive }) => {
	const ada = await arrive('Ada');
	const line = await between(ada);
	await settle(ada, 'Large');
	await newBoard(ada.page);
	await putNote(ada.page, 300, 300, 'before');
	await boardIsOpen(ada.page);
	line.way = 'too-large';
	await putNote(ada.page, ...MIDDLE, 'x');
	await expect(ada.page.getByText('A change was too large for the server.')).toBeVisible();
	const aside = ada.page.getByRole('region', { name: NOT_TAKEN });
	await aside.getByRole('button', { name: 'Drop' }).click();
	await aside.getByRole('button', { name: 'Drop my version' }).click();
	await boardIsOpen(ada.page);
	await expect.poll(() => heard(ada.page)).toEqual(['Note: before']);
});

test('a browser that keeps nothing says that work is on this page alone, and asks before the page goes', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await ada.page.context().addInitScript("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })");
	const line = await between(ada);
	await settle(ada, 'Private');
	await newBoard(ada.page);
	line.way = 'cut';
	await ada.page.reload();
	await putNote(ada.page, ...MIDDLE, 'x');
	await expect(ada.page.getByText(/Offline, \d+ changes? only on this page: keep it open/)).toBeVisible();
	const question = ada.page.waitForEvent('dialog');
	await ada.page.close({ runBeforeUnload: true });
	const dialog = await question;
	expect(dialog.type()).toBe('beforeunload');
	await dialog.dismiss();
	// The arrow back asks too, and leads nowhere when the answer is no.
	const board = ada.page.url();
	ada.page.once('dialog', (asked) => void asked.dismiss());
	const asked = ada.page.waitForEvent('dialog');
	await ada.page.getByRole('link', { name: 'Leave the board' }).click();
	expect((await asked).message()).toContain('will be gone');
	expect(ada.page.url()).toBe(board);
	line.way = 'as-is';
	await boardIsOpen(ada.page);
});
