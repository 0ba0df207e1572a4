/**
 * The message kinds of `/sync/<doc>`. A message is a varuint kind followed by its body (docs/sync-protocol.md has the
 * whole story). 0 to 3 are y-websocket's own; 8 to 11 are ours and are sent only to who connects with `?nabij=1`.
 */
export const KIND = {
	/** y-protocols/sync: step 1, step 2, update. */
	sync: 0,
	/** y-protocols/awareness. */
	awareness: 1,
	/** y-protocols/auth; never sent by us. */
	auth: 2,
	/** Asks for the awareness of everyone present. */
	queryAwareness: 3,
	/** Server to client, varuint: how many of this socket's own sync messages (step 2 and update) are durable or refused. */
	saved: 8,
	/** Cues; reserved, see docs/sync-protocol.md. */
	cue: 9,
	/** JSON in a var string: see ./control.ts. */
	control: 10,
	/** Gestures under way: see ./live.ts. */
	live: 11
} as const;

/** The version of the board document that this code reads and writes; sent as `?schema=<n>`. */
export const SCHEMA = 1;
