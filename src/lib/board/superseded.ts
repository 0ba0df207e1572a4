import { m } from '#i18n/messages';
import type { UndoResult } from '#domain/board/undo';
import type { KnownPeople } from './known-people.ts';

/** Why an undo changed nothing, in words: who moved on, and what they did with it. */
export function supersededWords(
	{ since }: Extract<UndoResult, { is: 'superseded' }>,
	known: Pick<KnownPeople, 'of'>,
	me: string
): string {
	const who = since && known.of(since.client);
	if (!who) return m.board_said_superseded();
	// The same person in another window is nobody else.
	if (who.id === me) return m.board_said_superseded_own();
	return m.board_said_superseded_by({ name: who.name, what: since.what });
}
