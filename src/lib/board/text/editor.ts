import type * as Y from 'yjs';
import type { BoardElement } from '../../../domain/board/element.ts';
import type { OpenText, TextEditor } from '../engine/ports.ts';
import { PADDING } from '../engine/render/text-layout.ts';
import { TextBinding } from './binding.ts';

export type EditorOptions = Readonly<{
	open: OpenText;
	text: Y.Text;
	kind: BoardElement['t'];
	/** The accessible name of the field. */
	label: string;
	/** Typing was cut at the longest text. */
	onFull: () => void;
	/** It closes: what of its own undo is left, oldest first. */
	onTyped: (steps: TextBinding['steps']) => void;
}>;

/**
 * Opens the words of an element for typing, where they lie and as they are set: a textarea in the layer that moves with
 * the board, in the canvas's own type, so that nothing jumps. Escape or leaving it closes it; Ctrl+Enter too.
 */
export function openTextEditor({ open, text, kind, label, onFull, onTyped }: EditorOptions): TextEditor {
	const field = document.createElement('textarea');
	field.setAttribute('aria-label', label);
	field.spellcheck = true;
	field.rows = 1;
	Object.assign(field.style, {
		position: 'absolute',
		margin: '0',
		padding: '0',
		border: '0',
		outline: 'none',
		background: 'transparent',
		resize: 'none',
		overflow: 'hidden',
		fontFamily: 'var(--font-hand)',
		color: kind === 'text' ? 'var(--ink)' : 'var(--on-note)',
		caretColor: 'currentColor',
		textAlign: kind === 'text' ? 'left' : 'center',
		whiteSpace: 'pre-wrap',
		overflowWrap: 'anywhere',
		pointerEvents: 'auto'
	} satisfies Partial<CSSStyleDeclaration>);

	const place = (): void => {
		const frame = open.frame();
		const layout = open.layout();
		if (!frame || !layout) return;
		const padded = kind !== 'text';
		const height = Math.max(layout.height, layout.lineHeight);
		const top = padded ? Math.max(PADDING, (frame.h - height) / 2) : 0;
		const visible = padded ? Math.max(layout.lineHeight, frame.h - PADDING - top) : height;
		Object.assign(field.style, {
			left: `${frame.x + (padded ? PADDING : 0)}px`,
			top: `${frame.y + top}px`,
			width: `${Math.max(1, padded ? frame.w - 2 * PADDING : frame.w)}px`,
			height: `${padded ? Math.min(height, visible) : height}px`,
			overflow: padded && height > visible ? 'auto' : 'hidden',
			fontSize: `${layout.fontSize}px`,
			lineHeight: `${layout.lineHeight}px`
		});
	};

	const binding = new TextBinding(field, text, (cut) => {
		if (cut) onFull();
	});

	// Keys belong to the words while they are open: the board must not see them.
	const onKey = (event: KeyboardEvent): void => {
		event.stopPropagation();
		if (event.isComposing) return;
		const command = event.ctrlKey || event.metaKey;
		if (event.key === 'Escape' || (command && event.key === 'Enter')) {
			event.preventDefault();
			open.done();
		} else if (command && event.key.toLowerCase() === 'z') {
			// The browser's own undo does not know of other people's letters.
			event.preventDefault();
			if (event.shiftKey) binding.redo();
			else binding.undo();
		} else if (command && event.key.toLowerCase() === 'y') {
			event.preventDefault();
			binding.redo();
		}
	};
	const onBlur = (): void => {
		// The window losing the focus is not the person leaving the note.
		if (document.hasFocus()) open.done();
	};
	// Words that overflow are scrolled; everything else that a wheel means is the board's.
	const onWheel = (event: WheelEvent): void => {
		const scrolls = field.style.overflow === 'auto' && field.scrollHeight > field.clientHeight;
		if (scrolls && !event.ctrlKey && !event.metaKey) event.stopPropagation();
	};
	const stop = (event: Event): void => event.stopPropagation();

	field.addEventListener('keydown', onKey);
	field.addEventListener('blur', onBlur);
	field.addEventListener('wheel', onWheel, { passive: true });
	for (const type of ['pointerdown', 'copy', 'cut', 'paste', 'dblclick']) field.addEventListener(type, stop);
	open.layer.append(field);
	place();
	field.focus({ preventScroll: true });
	field.setSelectionRange(field.value.length, field.value.length);

	return {
		moved: place,
		destroy: () => {
			field.removeEventListener('blur', onBlur);
			binding.destroy();
			onTyped(binding.steps);
			field.remove();
		}
	};
}
