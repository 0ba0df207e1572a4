/** Why the server ended a sync socket. y-websocket's client takes 4400 to 4499 as final and tries again after all others. */
export const CLOSE = {
	malformed: 4400,
	noSession: 4401,
	roleMayNot: 4403,
	unknownDocument: 4404,
	tooLarge: 4413,
	pageTooOld: 4426,
	/** Transient; the reason says which: see {@link TransientReason}. */
	tryAgain: 4503
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** The reason text that goes with 4503: what was not said to be saved is not. `epoch`: the document was made anew. */
export type TransientReason = 'slow' | 'rate' | 'disk' | 'shutdown' | 'epoch';

/** With 4413: it is the document that has no room for the change. */
export type CloseReason = TransientReason | 'full';
