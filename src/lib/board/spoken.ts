import { m } from '#i18n/messages';
import type { BoardElement } from '#domain/board/element';
import type { Spoken } from './engine/focus-proxy.ts';

/** So much of long words is read out; the rest one hears where they are open. */
const HEARD_MAX = 200;

/** An element for who hears the board: what it is and says and where in the order it lies, then whose it is. */
export function spokenOf(
	element: BoardElement,
	place: Readonly<{ position: number; count: number }>,
	author: string | undefined
): Spoken {
	const words = 'text' in element ? element.text.trim().slice(0, HEARD_MAX) : '';
	const kind = {
		note: m.board_kind_note,
		text: m.board_kind_text,
		shape: m.board_kind_shape,
		conn: m.board_kind_arrow,
		unknown: m.board_kind_unknown
	}[element.t]();
	const what = words === '' ? m.board_element_empty({ kind }) : m.board_element({ kind, words });
	return {
		name: m.board_focus({ element: what, ...place }),
		more: author === undefined ? '' : m.board_focus_by({ name: author })
	};
}
