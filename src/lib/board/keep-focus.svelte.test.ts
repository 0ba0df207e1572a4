import { afterEach, expect, test } from 'vitest';
import { keepFocus } from './keep-focus.ts';

afterEach(() => document.body.replaceChildren());

test.each([
	['div', true],
	['textarea', true],
	['input', false]
] as const)('a press keeps the focus of a %s: %s', (tag, kept) => {
	const focused = document.createElement(tag);
	focused.tabIndex = 0;
	document.body.append(focused);
	focused.focus();
	const press = new Event('mousedown', { cancelable: true });
	keepFocus(press);
	expect(press.defaultPrevented).toBe(kept);
});
