import type { CDPSession, Page } from '@playwright/test';
import { TEXT_MAX } from '#domain/board/read';
import { middleOf, type Colour } from './screen.ts';
import { comeAsGuest, expect, heard, newBoard, putNote, settle, shareLink, test } from './people.ts';

const BUTTER: Colour = [0xff, 0xe5, 0x8a];
const CORAL: Colour = [0xff, 0xb9, 0xa3];

/** Puts a note at a place of the view, writes in it, and lets go of it: nothing is selected. */
async function leaveNote(page: Page, x: number, y: number, words: string): Promise<void> {
	await putNote(page, x, y, words);
	await page.keyboard.press('Escape');
}

/** The middle of what is butter on the board's own canvases, in every frame until it is stopped; null: there was none. */
async function watchFrames(page: Page): Promise<() => Promise<(readonly [x: number, y: number] | null)[]>> {
	await page.evaluate(
		([red = 0, green = 0, blue = 0]) => {
			const layers = [...document.querySelectorAll<HTMLCanvasElement>('[role=application] > canvas')];
			const eye = new OffscreenCanvas(320, 200);
			const context = eye.getContext('2d', { willReadFrequently: true });
			if (!context) throw new Error('no canvas');
			const seen: ([number, number] | null)[] = [];
			let on = true;
			const sample = (): void => {
				context.fillStyle = '#fff';
				context.fillRect(0, 0, 320, 200);
				// The scene's canvas is kept larger than the view: what counts is where each lies on the screen.
				for (const layer of layers) {
					const { x, y, width, height } = layer.getBoundingClientRect();
					context.drawImage(layer, x / 4, y / 4, width / 4, height / 4);
				}
				const { data } = context.getImageData(0, 0, 320, 200);
				let [n, sumX, sumY] = [0, 0, 0];
				for (let i = 0; i < data.length; i += 4) {
					const off = [red, green, blue].map((part, k) => Math.abs((data[i + k] ?? 0) - part));
					if (Math.max(...off) > 6) continue;
					n++;
					sumX += (i / 4) % 320;
					sumY += Math.floor(i / 4 / 320);
				}
				seen.push(n < 20 ? null : [(sumX / n) * 4, (sumY / n) * 4]);
				if (on) requestAnimationFrame(sample);
			};
			requestAnimationFrame(sample);
			Object.assign(window, {
				stopWatching: () => {
					on = false;
					return seen;
				}
			});
		},
		[...BUTTER]
	);
	return () =>
		page.evaluate(() => (window as unknown as { stopWatching: () => ([number, number] | null)[] }).stopWatching());
}

test('in every frame of the other screen a dragged note goes forward only, and is never gone', async ({ arrive }) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Frames');
	await newBoard(ada.page);
	await leaveNote(ada.page, 400, 300, '');
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	await expect.poll(() => middleOf(bo.page, BUTTER)).not.toBeNull();
	const start = await middleOf(bo.page, BUTTER);
	if (!start) throw new Error('Bo does not see the note');

	const stop = await watchFrames(bo.page);
	await ada.page.mouse.move(400, 300);
	await ada.page.mouse.down();
	await ada.page.mouse.move(640, 300, { steps: 60 });
	await ada.page.mouse.up();
	await expect(ada.page.getByText('Saved', { exact: true })).toBeVisible();
	await expect.poll(async () => ((await middleOf(bo.page, BUTTER)) ?? start)[0] - start[0]).toBeGreaterThan(235);
	const frames = await stop();

	expect(frames.filter((frame) => frame === null)).toEqual([]);
	const xs = frames.map((frame) => frame?.[0] ?? 0);
	const back = xs.slice(1).map((x, i) => x - (xs[i] ?? x));
	// The eye is four times coarser than the screen.
	expect(Math.min(...back), `went back: ${xs.map(Math.round).join(' ')}`).toBeGreaterThan(-2);
	// It moved while it was dragged, not only at the end.
	const between = new Set(xs.map(Math.round).filter((x) => x > start[0] + 10 && x < start[0] + 230));
	expect(between.size).toBeGreaterThan(5);
});

/** Writes as an input method does: letters that change under one's hands until they are settled. */
async function compose(cdp: CDPSession, steps: readonly string[]): Promise<void> {
	for (const text of steps)
		await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
}

test('words from an input method and a second writer’s letters in one note are neither lost nor doubled', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Kana');
	await newBoard(ada.page);
	await leaveNote(ada.page, 500, 350, 'x');
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	await expect.poll(() => middleOf(bo.page, BUTTER)).not.toBeNull();
	const middle = await middleOf(bo.page, BUTTER);
	if (!middle) throw new Error('Bo does not see the note');
	await ada.page.mouse.dblclick(500, 350);
	await bo.page.mouse.dblclick(...middle);
	const words = ({ page }: typeof ada) => page.getByRole('textbox', { name: 'Words' });
	await ada.page.keyboard.press('End');
	await bo.page.keyboard.press('Home');
	const cdp = await ada.page.context().newCDPSession(ada.page);

	await compose(cdp, ['k', 'か', 'かn']);
	await bo.page.keyboard.type('BB');
	await expect(words(bo)).toHaveValue('BBx');
	// While it composes, the field is Ada's own: letters that come in would end the composition under her hands.
	await expect(words(ada)).toHaveValue('xかn');
	await compose(cdp, ['かん', '感']);
	await cdp.send('Input.insertText', { text: '感' });
	for (const who of [ada, bo]) await expect(words(who)).toHaveValue('BBx感');

	await test.step('a composition that is given up leaves nothing behind', async () => {
		await compose(cdp, ['s', 'さ']);
		await bo.page.keyboard.type('C');
		await compose(cdp, ['']);
		for (const who of [ada, bo]) await expect(words(who)).toHaveValue('BBCx感');
	});

	await test.step('leaving the note in the middle of a composition keeps what was there to see', async () => {
		await compose(cdp, ['n', 'の']);
		await bo.page.keyboard.type('D');
		await ada.page.mouse.click(200, 650);
		await expect(words(ada)).toBeHidden();
		await expect(words(bo)).toHaveValue('BBCDx感の');
	});
});

test('an undo that somebody else made pointless says who it was and what they did, and changes nothing', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Since');
	await newBoard(ada.page);
	await leaveNote(ada.page, 400, 300, 'mine');
	await ada.page.getByRole('application').focus();
	await ada.page.keyboard.press('Tab');
	await ada.page.keyboard.press('Shift+ArrowRight');
	const bo = await arrive('Noor');
	await comeAsGuest(bo, await shareLink(ada.page));
	await bo.page.getByRole('application').focus();
	await bo.page.keyboard.press('Tab');
	await expect(bo.page.locator(':focus')).toHaveAttribute('aria-label', 'Note: mine, 1 of 1');
	for (let n = 0; n < 9; n++) await bo.page.keyboard.press('Shift+ArrowDown');
	await expect(bo.page.getByText('Saved', { exact: true })).toBeVisible();
	const before = await middleOf(bo.page, BUTTER);
	await ada.page.getByRole('application').focus();
	await expect.poll(async () => (await middleOf(ada.page, BUTTER))?.[1]).toBeGreaterThan(380);
	await ada.page.keyboard.press('Control+z');
	await expect(ada.page.getByText('Noor moved it since, so it stays.')).toBeVisible();
	expect(await middleOf(bo.page, BUTTER)).toEqual(before);
});

test('undo takes back words before what was done before them, and leaves a note in which somebody else wrote', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	const { page } = ada;
	await settle(ada, 'Words');
	await newBoard(page);
	await putNote(page, 400, 300, 'old');
	await page.keyboard.press('Control+a');
	await page.keyboard.press('Shift+ArrowRight');
	await page.keyboard.press('Enter');
	await page.keyboard.type(' and new');
	await page.keyboard.press('Escape');
	await expect.poll(() => heard(page)).toEqual(['Note: old and new']);
	const [moved = NaN] = (await middleOf(page, BUTTER)) ?? [];
	await page.keyboard.press('Control+z');
	await expect.poll(() => heard(page)).toEqual(['Note: old']);
	const [still = NaN] = (await middleOf(page, BUTTER)) ?? [];
	expect(Math.abs(still - moved)).toBeLessThan(4);
	await page.keyboard.press('Control+y');
	await expect.poll(() => heard(page)).toEqual(['Note: old and new']);

	// The button takes back what is being typed just now.
	await page.keyboard.press('Control+a');
	await page.keyboard.press('Enter');
	await page.keyboard.type('er');
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect.poll(() => heard(page)).toEqual(['Note: old and new']);

	const noor = await arrive('Noor');
	await comeAsGuest(noor, await shareLink(page));
	await putNote(page, 700, 300, 'first');
	await expect.poll(() => heard(noor.page)).toContain('Note: first');
	await noor.page.keyboard.press('Tab');
	await noor.page.keyboard.press('Tab');
	await expect(noor.page.locator(':focus')).toHaveAttribute('aria-label', /first/);
	await noor.page.keyboard.press('Enter');
	await noor.page.keyboard.type(' of two');
	await expect.poll(() => heard(page)).toContain('Note: first of two');
	await page.keyboard.press('Control+z');
	await expect(page.getByText('Noor wrote in it, so it stays.')).toBeVisible();
	await noor.page.keyboard.press('Escape');
	await expect.poll(() => heard(noor.page)).toHaveLength(2);
});

test('the focus stands on the element itself: named, with its author, where it lies', async ({ arrive }) => {
	const { page } = await arrive('Kay');
	await settle({ ...(await arrive('Nobody')), page, name: 'Kay' }, 'Ears');
	await newBoard(page);
	await leaveNote(page, 400, 300, 'first');
	await leaveNote(page, 800, 320, 'second');
	await page.getByRole('application').focus();
	await page.keyboard.press('Tab');
	const focus = page.locator(':focus');
	await expect(focus).toHaveAttribute('role', 'group');
	await expect(focus).toHaveAttribute('aria-label', 'Note: first, 1 of 2');
	await expect(focus).toHaveAttribute('aria-description', 'by Kay');
	expect(await focus.boundingBox()).toEqual({ x: 300, y: 200, width: 200, height: 200 });
	await page.keyboard.press('Tab');
	await expect(focus).toHaveAttribute('aria-label', 'Note: second, 2 of 2');
	await page.keyboard.press('Shift+ArrowRight');
	await expect.poll(async () => (await focus.boundingBox())?.x).toBe(710);
	await test.step('words opened from there lead back there', async () => {
		await page.keyboard.press('Enter');
		await expect(page.getByRole('textbox', { name: 'Words' })).toBeFocused();
		await page.keyboard.type(' thought');
		await page.keyboard.press('Escape');
		await expect(focus).toHaveAttribute('aria-label', 'Note: second thought, 2 of 2');
	});
	await test.step('what is deleted leaves the focus on the board', async () => {
		await page.keyboard.press('Delete');
		await expect(page.getByRole('application')).toBeFocused();
	});
	await test.step('past the last one Tab goes on in the page', async () => {
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await expect(page.getByRole('link', { name: 'Leave the board' })).toBeFocused();
	});
});

test('on a phone everything can be shown and the keys be read, and nothing shown lies under a bar', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Pocket');
	await newBoard(ada.page);
	await leaveNote(ada.page, 300, 300, '');
	await leaveNote(ada.page, 900, 560, '');
	const link = await shareLink(ada.page);
	const bo = await arrive('Bo', { width: 390, height: 844 });
	await comeAsGuest(bo, link);
	await bo.page.mouse.move(200, 400);
	await bo.page.mouse.wheel(900, 900);
	await bo.page.getByRole('button', { name: 'More' }).click();
	await bo.page.getByRole('menuitem', { name: 'Show everything' }).click();
	await bo.page.getByRole('application').focus();
	for (const nth of ['1 of 2', '2 of 2']) {
		await bo.page.keyboard.press('Tab');
		const focus = bo.page.locator(':focus');
		await expect(focus).toHaveAttribute('aria-label', `Note, without words, ${nth}`);
		const box = await focus.boundingBox();
		const strip = await bo.page.getByRole('list', { name: 'People here' }).boundingBox();
		const zoom = await bo.page.getByRole('group', { name: 'Zoom' }).boundingBox();
		if (!box || !strip || !zoom) throw new Error('not shown');
		expect(box.y).toBeGreaterThan(strip.y + strip.height);
		expect(box.y + box.height).toBeLessThan(zoom.y);
		expect(box.x).toBeGreaterThan(0);
		expect(box.x + box.width).toBeLessThan(390);
	}
	await bo.page.getByRole('button', { name: 'More' }).click();
	await bo.page.getByRole('menuitem', { name: 'Keys' }).click();
	await expect(bo.page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});

test('a new board leaves the keys to the board; its name waits in the head, and Enter there goes on at the board', async ({
	arrive
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Names');
	await newBoard(ada.page);
	const note = ada.page.getByRole('button', { name: 'Note', exact: true });
	await expect(ada.page.getByText('Saved', { exact: true })).toBeVisible();
	await expect(ada.page.getByRole('application')).toBeFocused();
	await ada.page.keyboard.press('n');
	await expect(note).toHaveAttribute('aria-pressed', 'true');
	await ada.page.keyboard.press('Escape');
	await ada.page.getByRole('textbox', { name: 'Name of the board' }).click();
	await ada.page.keyboard.type('Plans for spring');
	await ada.page.keyboard.press('Enter');
	await expect(ada.page.getByRole('application')).toBeFocused();
	await expect(ada.page).toHaveTitle(/Plans for spring/);
	await ada.page.keyboard.press('n');
	await expect(note).toHaveAttribute('aria-pressed', 'true');
});

test('notes laid, coloured and left by keyboard alone', async ({ arrive }) => {
	const ada = await arrive('Ada');
	const { page } = ada;
	await settle(ada, 'Keys');
	await newBoard(page);
	await page.getByRole('application').focus();
	for (const words of ['one', 'two']) {
		await page.keyboard.press('n');
		await page.keyboard.press('Enter');
		await page.keyboard.type(words);
		await page.keyboard.press('Escape');
	}
	await expect(page.locator(':focus')).toHaveAttribute('aria-label', 'Note: two, 2 of 2');
	await page.keyboard.press('c');
	await expect(page.getByRole('button', { name: 'Butter' })).toBeFocused();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Coral' })).toHaveAttribute('aria-pressed', 'true');
	await page.keyboard.press('Escape');
	await expect(page.locator(':focus')).toHaveAttribute('aria-label', 'Note: two, 2 of 2');
	await expect(page.getByRole('button', { name: 'Undo' })).toHaveAttribute('aria-disabled', 'false');
	await expect(page.getByRole('button', { name: 'Redo' })).toHaveAttribute('aria-disabled', 'true');
	await page.keyboard.press('Control+z');
	await expect(page.getByRole('button', { name: 'Redo' })).toHaveAttribute('aria-disabled', 'false');
});

test('several of several colours get one by keyboard', async ({ arrive }) => {
	const ada = await arrive('Ada');
	const { page } = ada;
	await settle(ada, 'Mixed');
	await newBoard(page);
	await leaveNote(page, 400, 350, 'one');
	await leaveNote(page, 800, 350, 'two');
	await page.mouse.click(800, 350);
	await page.getByRole('button', { name: 'Coral' }).click();
	await page.getByRole('application').focus();
	await page.keyboard.press('Control+a');
	const colours = page.getByRole('group', { name: 'Colour' });
	await expect(colours).toBeVisible();
	await expect(colours.getByRole('button', { pressed: true })).toHaveCount(0);
	await page.keyboard.press('c');
	await expect(page.getByRole('button', { name: 'Butter' })).toBeFocused();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Mint' })).toHaveAttribute('aria-pressed', 'true');
	// The bar shows each colour itself: what is looked at is the board without it.
	await page.keyboard.press('Escape');
	await page.keyboard.press('Escape');
	await expect(colours).toBeHidden();
	await expect.poll(() => middleOf(page, CORAL)).toBeNull();
	await expect.poll(() => middleOf(page, BUTTER)).toBeNull();
});

test('what is pasted lies under the pointer', async ({ arrive }) => {
	const { page } = await arrive('Ada');
	await settle({ ...(await arrive('Nobody')), page, name: 'Ada' }, 'Paste');
	await newBoard(page);
	await leaveNote(page, 400, 300, '');
	await page.keyboard.press('Control+a');
	await page.keyboard.press('Control+x');
	await expect.poll(() => middleOf(page, BUTTER)).toBeNull();
	await page.mouse.move(820, 520);
	await page.keyboard.press('Control+v');
	await expect
		.poll(async () => (await middleOf(page, BUTTER))?.map(Math.round))
		.toEqual([expect.closeTo(820, -1), expect.closeTo(520, -1)]);
});

test('a note that is seen is written in where it lies: nothing moves under the next press', async ({ arrive }) => {
	const { page } = await arrive('Ada');
	await settle({ ...(await arrive('Nobody')), page, name: 'Ada' }, 'Still');
	await newBoard(page);
	// Near the head and near the foot, where less than all of a note has room.
	for (const [x, y] of [
		[500, 190],
		[800, 690]
	] as const) {
		await page.getByRole('application').focus();
		await page.keyboard.press('n');
		await page.mouse.click(x, y);
		const box = await page.getByRole('textbox', { name: 'Words' }).boundingBox();
		if (!box) throw new Error('no words to write');
		expect(box.x + box.width / 2).toBeCloseTo(x, 0);
		expect(box.y + box.height / 2).toBeCloseTo(y, 0);
		await page.keyboard.press('Escape');
	}
});

test('the colours stand clear of what they are for, and leave the keys with the board', async ({ arrive }) => {
	const { page } = await arrive('Ada');
	await settle({ ...(await arrive('Nobody')), page, name: 'Ada' }, 'Colours');
	await newBoard(page);
	await putNote(page, 500, 600, '');
	const colours = page.getByRole('group', { name: 'Colour' });
	const bar = await colours.boundingBox();
	if (!bar) throw new Error('no colours');
	expect(bar.y + bar.height).toBeLessThan(500 - 10);
	await page.getByRole('button', { name: 'Coral' }).click();
	await expect.poll(() => middleOf(page, CORAL)).not.toBeNull();
	await page.keyboard.press('Control+c');
	await page.keyboard.press('Delete');
	await expect.poll(() => middleOf(page, CORAL)).toBeNull();
	await page.mouse.move(820, 420);
	await page.keyboard.press('Control+v');
	await page.keyboard.press('Escape');
	await expect
		.poll(async () => (await middleOf(page, CORAL))?.map(Math.round))
		.toEqual([820, 420].map((at) => expect.closeTo(at, -1)));
	await test.step('also when the keyboard took the focus there', async () => {
		await page.mouse.click(820, 420);
		await page.getByRole('button', { name: 'Mint' }).focus();
		await page.keyboard.press('Control+x');
		await expect.poll(() => middleOf(page, CORAL)).toBeNull();
	});
});

test('on a phone the note that is written in is not under the colours', async ({ arrive }) => {
	const { page } = await arrive('Ada', { width: 390, height: 844 });
	await settle({ ...(await arrive('Nobody')), page, name: 'Ada' }, 'Thumb');
	await newBoard(page);
	await page.getByRole('application').focus();
	await page.keyboard.press('n');
	await page.mouse.click(195, 640);
	const words = await page.getByRole('textbox', { name: 'Words' }).boundingBox();
	const colours = await page.getByRole('group', { name: 'Colour' }).boundingBox();
	if (!words || !colours) throw new Error('not there');
	expect(colours.y + colours.height).toBeLessThan(words.y);
	expect(colours.x).toBeGreaterThanOrEqual(0);
	expect(colours.x + colours.width).toBeLessThanOrEqual(390);
});

test('words longer than a note say so, and a wheel over them scrolls them, not the board', async ({ arrive }) => {
	const { page } = await arrive('Ada');
	await settle({ ...(await arrive('Nobody')), page, name: 'Ada' }, 'Long');
	await newBoard(page);
	await page.getByRole('application').focus();
	await page.keyboard.press('n');
	await page.mouse.click(600, 400);
	await page.keyboard.insertText('word '.repeat(TEXT_MAX / 5 + 1));
	await expect(page.getByText('That is the longest a text can be.')).toBeVisible();
	const words = page.getByRole('textbox', { name: 'Words' });
	const top = () => words.evaluate((field) => field.scrollTop);
	const before = [await words.boundingBox(), await top()] as const;
	await page.mouse.move(600, 400);
	await page.mouse.wheel(0, -300);
	await expect.poll(top).toBeLessThan(before[1]);
	expect(await words.boundingBox()).toEqual(before[0]);
});

test('several are selected, moved and made larger without a mouse', async ({ arrive }) => {
	const { page } = await arrive('Kay');
	await settle({ ...(await arrive('Nobody')), page, name: 'Kay' }, 'Several');
	await newBoard(page);
	for (const [x, words] of [
		[300, 'one'],
		[600, 'two'],
		[900, 'three']
	] as const)
		await leaveNote(page, x, 350, words);
	await page.getByRole('application').focus();
	await page.keyboard.press('Tab');
	await page.keyboard.press('Shift+Space');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Shift+Space');
	await expect(page.getByText('2 things selected')).toBeVisible();
	await page.keyboard.press('Shift+ArrowDown');
	await page.keyboard.press('Alt+Shift+ArrowRight');
	const focus = page.locator(':focus');
	await expect(focus).toHaveAttribute('aria-label', 'Note: three, 3 of 3');
	const three = await focus.boundingBox();
	expect(three?.y).toBeCloseTo(260, 0);
	expect(three?.width).toBeGreaterThan(200);
	await page.keyboard.press('Shift+Tab');
	await expect.poll(() => focus.boundingBox()).toEqual({ x: 500, y: 250, width: 200, height: 200 });
});
