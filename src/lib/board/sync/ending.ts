import { CLOSE } from '../../../domain/wire/close-codes.ts';

/** Why a line ended for good. `refused`: the server did not take a change. `renewed`: the document begins anew. */
export type Ended =
	'signed-out' | 'role' | 'unknown' | 'too-large' | 'full' | 'too-old' | 'malformed' | 'refused' | 'renewed';

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

/**
 * What the page shows of a document's way to the server. `n`: things changed only here, an earlier visit's counted in.
 * `kept`: this browser keeps them, so that they outlive the page. `crowded`: this person has too many lines already.
 */
export type SyncState =
	| Readonly<{ is: 'connecting' }>
	| Readonly<{ is: 'saved' }>
	| Readonly<{ is: 'saving'; n: number; kept: boolean; disk: boolean }>
	| Readonly<{ is: 'offline'; n: number; kept: boolean; crowded?: true }>
	| (Readonly<{ is: 'ended'; kept: boolean }> & Ending);
