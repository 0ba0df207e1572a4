import { flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import KeysDialog from './KeysDialog.svelte';

test('the keys tell how the view is moved, by key, pointer and fingers', () => {
	const shown = mount(KeysDialog, { target: document.body, props: { open: true } });
	onTestFinished(() => unmount(shown));
	flushSync();
	const listed = [...document.querySelectorAll('dt')].map(({ textContent }) => textContent);
	for (const key of ['C', 'Space and drag, or the middle button', 'Wheel, or two fingers', 'Ctrl wheel, or pinch'])
		expect(listed).toContain(key);
	expect(document.querySelectorAll('dd')).toHaveLength(listed.length);
});
