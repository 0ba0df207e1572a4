/**
 * For a press on a bar's button: the focus stays on the board, so that its keys go on. A field of the page, such as the
 * board's name, is left as ever, for it keeps what was written when it is left.
 */
export function keepFocus(event: Event): void {
	if (document.activeElement?.matches('input') !== true) event.preventDefault();
}
