/**
 * What is wrong with an answer is said by the page, beside it and in its language; the browser's own bubble speaks the
 * browser's and lies over the form. Without scripts the bubble is better than nothing, so they take it away.
 */
export function inOwnWords(form: HTMLFormElement): void {
	form.noValidate = true;
}
