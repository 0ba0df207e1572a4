import type { Page } from '@playwright/test';
import {
	boardIsOpen,
	comeAsGuest,
	expect,
	fillAccount,
	newBoard,
	putNote,
	settle,
	shareLink,
	test,
	type Someone
} from './people.ts';
import { middleOf, type Colour } from './screen.ts';

const BUTTER: Colour = [0xff, 0xe5, 0x8a];

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
	const link = await shareLink(ada.page);
	await comeAsGuest(bo, link);
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

	await test.step('on one’s own tile the sign that one is seen, the letters and the name stand clear of each other', async () => {
		const own = ada.page.getByRole('listitem', { name: 'Ada (you)' });
		const tops: (readonly [top: number, bottom: number])[] = [];
		for (const words of ['Live', 'Ad', 'Ada']) {
			const box = await own.getByText(words, { exact: true }).boundingBox();
			tops.push([box?.y ?? NaN, (box?.y ?? NaN) + (box?.height ?? NaN)]);
		}
		const [[, live] = [], [letters, under] = [], [name] = []] = tops;
		expect(live).toBeLessThanOrEqual(letters ?? NaN);
		expect(under).toBeLessThanOrEqual(name ?? NaN);
	});

	await test.step('who has not joined sees at the join control who has', async () => {
		const cas = await arrive('Cas');
		await comeAsGuest(cas, link);
		await expect(cas.page.getByText(/^(Ada|Bo) and 1 other are in the call\.$/)).toBeVisible();
		await expect(cas.page.getByRole('listitem', { name: 'Ada, in the call' })).toBeVisible();
		await cas.browser.close();
	});

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

/** Ada with a team and an open board, and Bo, a member who has it open too, by the programs' way in. */
async function adaAndMember(arrive: (name: string) => Promise<Someone>): Promise<readonly [ada: Someone, bo: Someone]> {
	const ada = await arrive('Ada');
	await settle(ada, 'Studio');
	const team = new URL(ada.page.url()).pathname.split('/').at(-1);
	const { token } = await asked(ada, 'POST', `/api/v1/teams/${team}/invitations`, { role: 'member' });
	await newBoard(ada.page);
	const bo = await arrive('Bo');
	await bo.page.goto(`/join/${token}`);
	await fillAccount(bo.page, 'Bo');
	await bo.page.getByRole('button', { name: 'Make an account and join' }).click();
	await expect(bo.page.getByRole('heading', { name: 'Studio', exact: true })).toBeVisible();
	await bo.page.goto(ada.page.url());
	await boardIsOpen(bo.page);
	return [ada, bo];
}

async function asked({ page }: Someone, method: string, path: string, data?: object): Promise<Record<string, string>> {
	const answer = await page.request.fetch(path, { method, data, headers: { origin: new URL(page.url()).origin } });
	expect(answer.ok(), `${method} ${path}`).toBe(true);
	return answer.status() === 204 ? {} : ((await answer.json()) as Record<string, string>);
}

/** Joins with microphone and camera on. */
async function joinLive({ page }: Someone): Promise<void> {
	for (const name of ['Camera', 'Microphone']) {
		const device = page.getByRole('button', { name });
		if ((await device.getAttribute('aria-pressed')) !== 'true') await device.click();
	}
	await page.getByRole('button', { name: 'Join the call' }).click();
	await expect(page.getByRole('button', { name: 'Leave', exact: true })).toBeVisible({ timeout: 30_000 });
}

/** Remembers every track that the page is given, so that one can ask whether a camera's light is on. */
async function watchLights({ page }: Someone): Promise<void> {
	await page.addInitScript(() => {
		const tracks: MediaStreamTrack[] = [];
		Object.assign(window, { tracks });
		const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = async (wanted) => {
			const stream = await give(wanted);
			tracks.push(...stream.getTracks());
			return stream;
		};
	});
}

/** Which devices are in use: `audio` and `video`. */
function lights({ page }: Someone): Promise<string[]> {
	return page.evaluate(() =>
		(window as unknown as { tracks: MediaStreamTrack[] }).tracks
			.filter((track) => track.readyState === 'live')
			.map((track) => track.kind)
			.sort()
	);
}

test('who becomes a viewer in a call goes on listening, and speaks again by their own hand when they may', async ({
	arrive
}) => {
	const [ada, bo] = await adaAndMember(arrive);
	await watchLights(bo);
	await bo.page.reload();
	await boardIsOpen(bo.page);
	await joinLive(ada);
	await joinLive(bo);
	await seesAndHears(ada, bo);
	const { id } = await asked(bo, 'GET', '/api/v1/me');
	const roles = `/api/v1/boards/${new URL(ada.page.url()).pathname.split('/').at(-1)}/roles/${id}`;

	await putNote(bo.page, 300, 300, '');
	await bo.page.keyboard.press('Escape');
	await boardIsOpen(bo.page);
	const lay = await middleOf(bo.page, BUTTER);
	await bo.page.keyboard.press('Tab');
	await bo.page.keyboard.press('Enter');
	await expect(bo.page.getByRole('textbox', { name: 'Words' })).toBeFocused();
	await asked(ada, 'PUT', roles, { role: 'viewer' });
	await expect(bo.page.getByText(/You are here to look/)).toBeVisible();
	await boardIsOpen(bo.page);
	await test.step('one sentence says so, the view stays, and what was being typed is not taken for keys', async () => {
		await bo.page.keyboard.type('n?m1');
		await expect(bo.page.getByRole('dialog')).toBeHidden();
		await expect(bo.page.getByRole('region', { name: 'Call' }).getByText(/\./)).toBeHidden();
		await expect(bo.page.getByText(/^You may/)).toBeHidden();
		expect(await middleOf(bo.page, BUTTER)).toEqual(lay);
		await bo.page.getByRole('application').click({ position: { x: 300, y: 600 } });
		await bo.page.keyboard.type('?');
		await expect(bo.page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
		await bo.page.keyboard.press('Escape');
	});
	await expect.poll(() => lights(bo)).toEqual([]);
	await expect(ada.page.getByRole('listitem', { name: 'Bo, muted' })).toBeVisible();
	await seesAndHears(bo, ada);

	await asked(ada, 'PUT', roles, { role: 'editor' });
	await expect(bo.page.getByText('You can write here now.')).toBeVisible();
	await expect(bo.page.getByRole('button', { name: 'Microphone', pressed: false })).toBeVisible();
	await bo.page.getByRole('button', { name: 'Microphone' }).click();
	await bo.page.getByRole('button', { name: 'Camera' }).click();
	await seesAndHears(ada, bo);
});

test('when the session or the link ends, nothing of the call is left, and no camera’s light', async ({ arrive }) => {
	const [ada, bo] = await adaAndMember(arrive);
	const link = await shareLink(ada.page);
	const gus = await arrive('Gus');
	await comeAsGuest(gus, link);
	for (const one of [bo, gus]) {
		await watchLights(one);
		await one.page.reload();
		await boardIsOpen(one.page);
		await joinLive(one);
		await expect.poll(() => lights(one)).toEqual(['audio', 'video']);
	}
	const nothingLeft = async (one: Someone): Promise<void> => {
		await expect(one.page.getByRole('region', { name: 'Call' })).toBeHidden();
		await expect(one.page.getByRole('list', { name: 'People here' })).toBeHidden();
		await expect(one.page.getByText(/Ask someone/)).toBeHidden();
		await expect.poll(() => lights(one)).toEqual([]);
	};

	await ada.page.getByRole('button', { name: 'Share' }).click();
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).first().click();
	await expect(gus.page.getByText('This link does not work any more.')).toBeVisible();
	await nothingLeft(gus);

	await asked(bo, 'DELETE', '/api/v1/session');
	await expect(bo.page.getByText('You are signed out.')).toBeVisible();
	await nothingLeft(bo);
});

test('on a phone the call covers neither what the board says nor its tools, and each button fits a thumb', async ({
	arrive
}) => {
	const ada = await arrive('Ada', { width: 390, height: 780 });
	await settle(ada, 'Studio');
	await newBoard(ada.page);
	const { page } = ada;
	await page.evaluate(() => {
		navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('in use', 'NotReadableError'));
	});
	await page.getByRole('button', { name: 'Camera' }).click();
	await page.getByRole('button', { name: 'Join the call' }).click();
	await expect(page.getByText(/Another program uses the camera/)).toBeVisible();
	await test.step('what the board says and what the call says are both read', async () => {
		await page.getByRole('application').focus();
		await page.keyboard.press('Control+z');
		const words = page.getByText(/Another program uses the camera/);
		const said = page.getByText('Nothing of yours to undo');
		await expect(said).toBeVisible();
		const [upper, lower] = [await words.boundingBox(), await said.boundingBox()];
		expect((upper?.y ?? 0) + (upper?.height ?? 0)).toBeLessThanOrEqual(lower?.y ?? 0);
	});
	await page.context().setOffline(true);
	const offline = page.getByText(/^Offline/);
	await expect(offline).toBeVisible();
	for (const shown of [
		offline,
		page.getByRole('button', { name: 'Closer' }),
		page.getByRole('button', { name: 'Note' })
	]) {
		const onTop = (part: Element): boolean => {
			const { x, y, width, height } = part.getBoundingClientRect();
			return part.contains(document.elementFromPoint(x + width / 2, y + height - 2));
		};
		await expect.poll(() => shown.evaluate(onTop), await shown.innerText()).toBe(true);
	}
	const tool = await page.getByRole('button', { name: 'Note' }).boundingBox();
	expect(Math.min(tool?.width ?? 0, tool?.height ?? 0)).toBeGreaterThanOrEqual(44);
	for (const name of ['Microphone', 'Camera', 'Leave']) {
		const box = await page.getByRole('region', { name: 'Call' }).getByRole('button', { name }).boundingBox();
		expect(Math.min(box?.width ?? 0, box?.height ?? 0), name).toBeGreaterThanOrEqual(44);
	}
});
