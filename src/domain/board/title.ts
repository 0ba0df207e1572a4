import type { RefusalCode } from '../refusal.ts';
import { lengthOf, oneLine } from '../team/names.ts';

export const TITLE_MAX = 200;

/** Why this cannot be a board's title, or null. */
export function refuseTitle(title: string): RefusalCode | null {
	if (oneLine(title) === '') return 'board.title-empty';
	return lengthOf(title) > TITLE_MAX ? 'input.too-long' : null;
}
