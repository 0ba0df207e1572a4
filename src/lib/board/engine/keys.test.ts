// @vitest-environment jsdom
import { expect, onTestFinished, test, vi } from 'vitest';
import { Hush } from './hush.ts';
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
	onTestFinished(
		listenToKeys(byId('host'), { actions, space: () => undefined, isProxy: () => false, back, hush: new Hush() })
	);
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

/** A board that may be hushed, and what becomes of a key pressed where the focus is. */
function hushable() {
	document.body.innerHTML = '<main><div id="host" tabindex="0"></div></main>';
	const host = document.getElementById('host') ?? document.body;
	const perform = vi.fn(() => true);
	const pageHears = vi.fn();
	const actions = { perform, copy: () => null, cut: () => undefined, paste: () => undefined };
	const hush = new Hush();
	const ports = { actions, space: () => undefined, isProxy: () => false, back: () => undefined, hush };
	onTestFinished(listenToKeys(host, ports));
	const listen = ({ defaultPrevented }: KeyboardEvent): void => void (defaultPrevented || pageHears());
	window.addEventListener('keydown', listen);
	onTestFinished(() => window.removeEventListener('keydown', listen));
	/** How often a key counted for the board, and for the page's own letters and the browser. */
	const typed = (key: string): readonly number[] => {
		perform.mockClear();
		pageHears.mockClear();
		document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
		return [perform.mock.calls.length, pageHears.mock.calls.length];
	};
	return { host, hush, typed };
}

test('what is typed on after words were closed under it does nothing, until a press, a focus or Escape', () => {
	const { host, hush, typed } = hushable();
	expect(typed('n')).toEqual([1, 0]);
	for (const lookUp of [
		() => window.dispatchEvent(new Event('pointerdown')),
		() => host.focus(),
		() => typed('Escape')
	]) {
		host.blur();
		hush.begin();
		for (const key of ['n', 'm', '?', 'Backspace']) expect(typed(key), key).toEqual([0, 0]);
		lookUp();
		expect(typed('n')).toEqual([1, 0]);
	}
});

test('whoever finds their way by keys after words were closed does so at once, and types again', () => {
	const { hush, typed } = hushable();
	for (const key of ['ArrowDown', 'F2']) {
		hush.begin();
		expect(typed(key), key).toEqual([1, 0]);
		expect(typed('n')).toEqual([1, 0]);
	}
	for (const key of ['PageDown', 'Home', 'End', 'F5']) {
		hush.begin();
		expect(typed(key), key).toEqual([0, 1]);
		expect(typed('n')).toEqual([1, 0]);
	}
	// A capital is typed.
	hush.begin();
	expect(typed('Shift')).toEqual([0, 1]);
	expect(typed('N')).toEqual([0, 0]);
});

test('a board that takes nothing any more leaves the browser its keys', () => {
	const { typed } = hushable();
	document.querySelector('main')?.setAttribute('inert', '');
	for (const key of ['F5', 'F11', 'PageDown', 'ArrowDown', 'Escape']) expect(typed(key), key).toEqual([0, 1]);
	for (const key of ['n', ' ', 'Enter', 'Delete']) expect(typed(key), key).toEqual([0, 0]);
});
