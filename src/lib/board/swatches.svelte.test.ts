import { flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import Swatches from './Swatches.svelte';

test('the keyboard comes in at the chosen colour, and the arrows go round', () => {
	const shown = mount(Swatches, { target: document.body, props: { chosen: 'sand', onchoose: () => undefined } });
	onTestFinished(() => unmount(shown));
	flushSync();
	const here = () => document.activeElement?.getAttribute('aria-label');
	const press = (key: string) =>
		document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
	shown.focus();
	expect(here()).toBe('Sand');
	press('ArrowRight');
	expect(here()).toBe('Butter');
	press('ArrowLeft');
	press('ArrowLeft');
	expect(here()).toBe('Lilac');
});
