import type { Page } from '@playwright/test';
import type { Bench } from '../../src/lib/board/bench-probe.ts';
import { launchPerson } from '../../tests/support/person.ts';
import { makeOwner } from '../people.ts';
import { startProduct } from '../product.ts';
import type { Scenario } from '../scenario.ts';

/** What a first visit to a board costs: a browser that was never here, someone signed in, the welcome board. */
export const boardPage: Scenario = {
	name: 'board-page',
	async run(folder) {
		const product = await startProduct(folder);
		const browser = await launchPerson();
		try {
			const { cookie, welcome } = await makeOwner(product.url);
			const [name = '', value = ''] = cookie.split('=');
			const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en' });
			await context.addCookies([{ name, value, url: product.url }]);
			const page = await context.newPage();
			const wire = await countWire(page);
			await page.goto(`${product.url}/b/${welcome.id}`);
			const interactiveMs = await whenMarked(page);
			const drawnMs = await whenDrawn(page);
			await page.waitForLoadState('networkidle');
			return [
				{ name: 'over the wire', unit: 'KiB', value: wire.bytes() / 1024 },
				{ name: 'responses', unit: '', value: wire.responses() },
				{ name: 'until interactive', unit: 'ms', value: interactiveMs },
				{ name: 'until its notes are there', unit: 'ms', value: drawnMs }
			];
		} finally {
			await browser.close();
			await product.stop();
		}
	}
};

/** Counts responses as they came over the wire: headers, and bodies as they were compressed. Sockets are not in it. */
async function countWire(page: Page) {
	const devtools = await page.context().newCDPSession(page);
	let bytes = 0;
	let responses = 0;
	devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
		bytes += encodedDataLength;
		responses++;
	});
	await devtools.send('Network.enable');
	return { bytes: () => bytes, responses: () => responses };
}

/** The time of the page's own mark, since the navigation began. */
async function whenMarked(page: Page): Promise<number> {
	const mark = await page.waitForFunction(() => performance.getEntriesByName('board-interactive')[0]?.startTime);
	return (await mark.jsonValue()) ?? 0;
}

/** The frame at which the scene has elements, since the navigation began. */
async function whenDrawn(page: Page): Promise<number> {
	const drawn = await page.waitForFunction(
		() => {
			const bench: unknown = Reflect.get(window, '__bench');
			const { engine } = (bench ?? {}) as Partial<Bench>;
			return engine && engine.scene.size > 0 ? performance.now() : 0;
		},
		null,
		{ polling: 'raf' }
	);
	return drawn.jsonValue();
}
