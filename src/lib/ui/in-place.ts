import type { SubmitFunction } from '@sveltejs/kit';
import { takeIn } from './answered.ts';

/**
 * Sends a form without leaving the page, and leaves the keyboard where it was. Where that place went away with the
 * answer (a link taken back), the part of the page around it is the next best.
 */
export const inPlace: SubmitFunction = ({ formElement }) => {
	const before = document.activeElement;
	const around = formElement.parentElement?.closest<HTMLElement>('section, main');
	return async (sent) => {
		await takeIn(sent);
		// Kit lets the focus go after an answer; where the address names a part of the page, one task later.
		await new Promise((next) => setTimeout(next));
		if (before instanceof HTMLElement && before.isConnected && before !== document.body) return before.focus();
		if (!around?.isConnected) return;
		around.tabIndex = -1;
		around.focus();
	};
};
