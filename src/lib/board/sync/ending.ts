import { CLOSE } from '../../../domain/wire/close-codes.ts';

/** Why a line ended for good. `refused`: the server did not take a change. */
export type Ended = 'signed-out' | 'role' | 'unknown' | 'too-large' | 'full' | 'too-old' | 'malformed' | 'refused';

/** How a line ended. `n`: the changes that were only here at that moment. */
export type Ending = Readonly<{ why: Ended; n: number }>;

const WHY: Readonly<Record<number, Ended>> = {
	[CLOSE.malformed]: 'malformed',
	[CLOSE.noSession]: 'signed-out',
	[CLOSE.roleMayNot]: 'role',
	[CLOSE.unknownDocument]: 'unknown',
	[CLOSE.tooLarge]: 'too-large',
	[CLOSE.pageTooOld]: 'too-old'
};

/** Why the server ended it, by how it closed the socket. */
export const whyOf = (code: number, reason: string): Ended => (reason === 'full' ? 'full' : (WHY[code] ?? 'malformed'));
