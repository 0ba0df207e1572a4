// @vitest-environment jsdom
import { expect, onTestFinished, test, vi } from 'vitest';
import { listenToKeys } from './keys.ts';

test('Escape at a button of the page leads back to the board, and in a dialog it is the dialog’s', () => {
	document.body.innerHTML =
		'<div id="host" tabindex="0"></div><button id="bar"></button><div role="dialog"><button id="inside"></button></div>';
	const byId = (id: string): HTMLElement => {
		const node = document.getElementById(id);
		if (!node) throw new Error(id);
		return node;
	};
	const perform = vi.fn(() => true);
	const back = vi.fn();
	const actions = { perform, copy: () => null, cut: () => undefined, paste: () => undefined };
	onTestFinished(listenToKeys(byId('host'), { actions, space: () => undefined, isProxy: () => false, back }));
	const escapeAt = (id: string) => {
		byId(id).focus();
		byId(id).dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
	};
	escapeAt('inside');
	expect(back).not.toHaveBeenCalled();
	escapeAt('bar');
	expect(back).toHaveBeenCalledOnce();
	expect(perform).not.toHaveBeenCalled();
	escapeAt('host');
	expect(perform).toHaveBeenCalledWith({ do: 'back' });
});
