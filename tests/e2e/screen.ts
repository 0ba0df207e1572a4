import type { Page } from '@playwright/test';

export type Colour = readonly [red: number, green: number, blue: number];

/** What a person sees of a page, as pixels: a picture of the screen, decoded in a page of its own. */
export async function look(page: Page): Promise<(x: number, y: number) => Colour> {
	const png = (await page.screenshot()).toString('base64');
	const eye = await page.context().newPage();
	try {
		const seen = await eye.evaluate(async (picture) => {
			const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
			const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
			const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
			const context = canvas.getContext('2d');
			if (!context) throw new Error('no canvas');
			context.drawImage(bitmap, 0, 0);
			const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
			// Three bytes a pixel as text: the quickest way out of a page.
			let text = '';
			for (let i = 0; i < data.length; i += 4)
				text += String.fromCharCode(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0);
			return { width: bitmap.width, text };
		}, png);
		return (x, y) => {
			const at = 3 * (Math.round(y) * seen.width + Math.round(x));
			return [seen.text.charCodeAt(at), seen.text.charCodeAt(at + 1), seen.text.charCodeAt(at + 2)];
		};
	} finally {
		await eye.close();
	}
}

/** How far two colours are apart: the largest difference of their parts. */
export function apart(a: Colour, b: Colour): number {
	return Math.max(...a.map((part, i) => Math.abs(part - (b[i] ?? 0))));
}

/** The middle of everything on the screen that has this colour, in CSS pixels, or null when nothing has. */
export async function middleOf(page: Page, colour: Colour): Promise<readonly [x: number, y: number] | null> {
	const pixel = await look(page);
	const size = page.viewportSize();
	if (!size) throw new Error('a page without a size');
	let [n, sumX, sumY] = [0, 0, 0];
	for (let y = 70; y < size.height - 70; y += 3)
		for (let x = 80; x < size.width; x += 3) {
			if (apart(pixel(x, y), colour) > 6) continue;
			n++;
			sumX += x;
			sumY += y;
		}
	return n < 20 ? null : [sumX / n, sumY / n];
}
