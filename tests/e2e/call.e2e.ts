import type { Page } from '@playwright/test';
import { comeAsGuest, expect, newBoard, settle, shareLink, test, type Someone } from './people.ts';

/** The colour in the middle of each picture that plays on the page. */
function pictures(page: Page): Promise<number[][]> {
	return page.evaluate(() =>
		[...document.querySelectorAll('video')]
			.filter((video) => video.videoWidth > 0 && video.readyState >= 2)
			.map((video) => {
				const canvas = document.createElement('canvas');
				canvas.width = canvas.height = 9;
				const context = canvas.getContext('2d');
				context?.drawImage(video, 0, 0, 9, 9);
				return [...(context?.getImageData(4, 7, 1, 1).data ?? [])].slice(0, 3);
			})
	);
}

/** The loudest tone in the sound that plays on the page, in Hz; 0 for silence. */
function tone(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const sound = [...document.querySelectorAll('audio')]
			.map((audio) => audio.srcObject)
			.find((one) => one instanceof MediaStream);
		if (!sound) return 0;
		const context = new AudioContext();
		const analyser = context.createAnalyser();
		analyser.fftSize = 8192;
		context.createMediaStreamSource(sound as MediaStream).connect(analyser);
		const levels = new Float32Array(analyser.frequencyBinCount);
		const until = performance.now() + 1_500;
		let loudest = 0;
		let level = -80;
		while (performance.now() < until) {
			await new Promise(requestAnimationFrame);
			analyser.getFloatFrequencyData(levels);
			levels.forEach((one, i) => {
				if (one <= level) return;
				level = one;
				loudest = (i * context.sampleRate) / analyser.fftSize;
			});
		}
		await context.close();
		return Math.round(loudest);
	});
}

async function seesAndHears(one: Someone, other: Someone): Promise<void> {
	const near = (seen: number[]): boolean => seen.every((part, i) => Math.abs(part - (other.colour[i] ?? 0)) < 60);
	await expect.poll(async () => (await pictures(one.page)).some(near), { timeout: 30_000 }).toBe(true);
	await expect.poll(async () => Math.abs((await tone(one.page)) - other.toneHz), { timeout: 30_000 }).toBeLessThan(30);
}

test('two people at one board see each other’s face, hear each other’s voice, and mute and leave', async ({
	arrive,
	product
}) => {
	const ada = await arrive('Ada');
	await settle(ada, 'Studio');
	await newBoard(ada.page);
	const bo = await arrive('Bo');
	await comeAsGuest(bo, await shareLink(ada.page));
	for (const { page } of [ada, bo]) {
		const camera = page.getByRole('button', { name: 'Camera' });
		if ((await camera.getAttribute('aria-pressed')) !== 'true') await camera.click();
		const microphone = page.getByRole('button', { name: 'Microphone' });
		if ((await microphone.getAttribute('aria-pressed')) !== 'true') await microphone.click();
		await page.getByRole('button', { name: 'Join the call' }).click();
	}
	await seesAndHears(ada, bo);
	await seesAndHears(bo, ada);

	await test.step('a face stands beside its cursor, and the note typed there is seen', async () => {
		await bo.page.getByRole('application').focus();
		await bo.page.keyboard.press('n');
		await bo.page.mouse.click(400, 350);
		await bo.page.keyboard.type('Shall we start?');
		await bo.page.mouse.move(560, 420, { steps: 6 });
		await ada.page.getByRole('application').focus();
		await ada.page.keyboard.press('n');
		await ada.page.mouse.click(760, 350);
		await ada.page.keyboard.type('Yes. One note each');
		await ada.page.mouse.move(800, 520, { steps: 6 });
		await expect.poll(async () => (await pictures(ada.page)).length).toBeGreaterThan(1);
	});
	if (process.env['README_PICTURE']) await ada.page.screenshot({ path: 'docs/board.png' });

	await test.step('mute is seen by the other', async () => {
		await bo.page.getByRole('button', { name: 'Microphone' }).click();

		await expect(ada.page.getByRole('listitem', { name: 'Bo, muted' })).toBeVisible();
	});

	await test.step('who leaves is gone from the call and stays at the board', async () => {
		await bo.page.getByRole('button', { name: 'Leave', exact: true }).click();
		await expect(ada.page.getByRole('listitem', { name: 'Bo, not in the call' })).toBeVisible();
	});
	expect(product.output()).not.toMatch(/access_token|eyJ/);
});
