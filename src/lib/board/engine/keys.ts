/**
 * Keys and the clipboard at the board: while it has the focus or nothing has (a page just opened, a button that went
 * away), letters, deleting and the clipboard also while a button has it, never while words are open or something else of the page is in use.
 */
import { ELEMENTS_MIME, type Copied } from '../../../domain/board/clipboard.ts';
import type { Actions } from './actions.ts';
import { typesWords, type Hush } from './hush.ts';
import { intentOf } from './keyboard.ts';

/** What a focused button or link does something with itself. */
const BUTTON_KEYS = new Set(['Enter', ' ', 'Tab', 'Escape', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);

/**
 * Listens until the returned function is called. `space` hears the space bar go down and up; `isProxy` knows the node that
 * has the focus for an element of the board; `back` takes the focus to the board when a button of the page is left by Escape;
 * what `hush` takes is nobody's.
 */
export function listenToKeys(
	host: HTMLElement,
	{
		actions,
		space,
		isProxy,
		back,
		hush
	}: Readonly<{
		actions: Pick<Actions, 'perform' | 'copy' | 'cut' | 'paste'>;
		space: (held: boolean) => void;
		isProxy: (node: Element | null) => boolean;
		back: () => void;
		hush: Hush;
	}>
): () => void {
	const stop = new AbortController();
	const { signal } = stop;
	const isOnBoard = (): boolean => document.activeElement === host || isProxy(document.activeElement);
	const isHere = (): boolean => isOnBoard() || document.activeElement === document.body;

	// A button of the page keeps the focus after a click; the board's letters must not die of that.
	const isAtButton = (): boolean =>
		document.activeElement?.matches('button, a') === true &&
		document.activeElement.closest('[role="dialog"], [role="menu"]') === null;

	window.addEventListener(
		'keydown',
		(event) => {
			if (event.isComposing || event.defaultPrevented) return;
			if (event.key === 'Escape' && isAtButton()) {
				event.preventDefault();
				back();
				return;
			}
			// A board that takes nothing any more is about to begin anew: its words were closed too.
			if (isHere() && (hush.takes(event.key) || host.closest('[inert]'))) {
				// The page has letters of its own; what the browser does with Ctrl, and with keys that write nothing, stays.
				if (!event.ctrlKey && !event.metaKey && !event.altKey && typesWords(event.key)) event.preventDefault();
				return;
			}
			if (!isHere() && !(isAtButton() && !BUTTON_KEYS.has(event.key))) return;
			// From nowhere, Tab goes where the browser takes it; only on the board does it walk through the board.
			if (event.key === 'Tab' && !isOnBoard()) return;
			if (event.key === ' ' && !event.shiftKey) {
				space(true);
				event.preventDefault();
				return;
			}
			const intent = intentOf(event);
			if (!intent || !actions.perform(intent)) return;
			event.preventDefault();
			// Who took up a tool goes on at the board, not at the button that was pressed before.
			if (intent.do === 'tool' && !isOnBoard()) host.focus({ preventScroll: true });
		},
		{ signal }
	);
	for (const type of ['pointerdown', 'focusin'])
		window.addEventListener(type, () => hush.end(), { signal, capture: true });
	window.addEventListener('keyup', (event) => event.key === ' ' && space(false), { signal });
	window.addEventListener('blur', () => space(false), { signal });
	// Words that are marked on the page are what is meant to be copied.
	const isForBoard = (): boolean =>
		!hush.on && (isHere() || (isAtButton() && document.getSelection()?.isCollapsed !== false));
	// Clipboard events of a focused element without a text selection arrive at the document.
	const copy = (event: ClipboardEvent): Copied | null => {
		const copied = isForBoard() && event.clipboardData ? actions.copy() : null;
		if (!copied) return null;
		event.clipboardData?.setData(ELEMENTS_MIME, copied.elements);
		event.clipboardData?.setData('text/plain', copied.text);
		event.preventDefault();
		return copied;
	};
	document.addEventListener('copy', copy, { signal });
	document.addEventListener(
		'cut',
		(event) => {
			const copied = copy(event);
			if (copied) actions.cut(copied);
		},
		{ signal }
	);
	document.addEventListener(
		'paste',
		(event) => {
			const data = isForBoard() ? event.clipboardData : null;
			const clipping = { elements: data?.getData(ELEMENTS_MIME) ?? '', text: data?.getData('text/plain') ?? '' };
			if (clipping.elements === '' && clipping.text === '') return;
			event.preventDefault();
			actions.paste(clipping);
		},
		{ signal }
	);
	return () => stop.abort();
}
