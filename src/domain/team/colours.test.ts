import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AROUND_PERSON, PERSON_COLOURS } from './colours.ts';

/** How light a colour is to the eye, as WCAG 2.2 defines it. */
function luminance(hex: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const part = parseInt(hex.slice(at, at + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
	const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (light + 0.05) / (dark + 0.05);
}

/** Everything of one name that the page's tokens say: papers of both themes, notes. */
const tokens = (name: RegExp): string[] =>
	[...readFileSync('src/lib/ui/tokens.css', 'utf8').matchAll(new RegExp(`--${name.source}: (#[0-9a-f]{6});`, 'g'))].map(
		([, colour = '']) => colour
	);

test.each(PERSON_COLOURS)(
	'%s is seen on every paper and note of both themes: itself, or by what is drawn around it',
	(colour) => {
		const [light, ...dark] = tokens(/paper/);
		const grounds = [light ?? '', ...new Set(dark), ...tokens(/note-[a-z]+/)];
		expect(grounds).toHaveLength(8);
		for (const ground of grounds)
			expect(Math.max(contrast(colour, ground), contrast(AROUND_PERSON, ground)), ground).toBeGreaterThanOrEqual(3);
	}
);

test.each(PERSON_COLOURS)('%s bears letters, and stands out from what is drawn around it', (colour) => {
	expect(contrast(colour, AROUND_PERSON)).toBeGreaterThanOrEqual(4.5);
});
