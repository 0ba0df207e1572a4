import { z } from 'zod';

/**
 * What nodes tell each other over the bus when someone's access changes, so that an open socket or call is asked again
 * within a second. It names what changed, never what is true now: who hears it asks the records.
 */
export const accessChangeSchema = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('session'), key: z.string() }),
	z.object({ kind: z.literal('person'), person: z.string() }),
	z.object({ kind: z.literal('board'), board: z.string() }),
	z.object({ kind: z.literal('link'), link: z.string() }),
	z.object({ kind: z.literal('team'), team: z.string() })
]);
export type AccessChange = z.infer<typeof accessChangeSchema>;

/** What nodes tell each other when a board's record changes. */
export const boardChangeSchema = z.object({
	board: z.string(),
	title: z.string().optional(),
	deleted: z.boolean().optional()
});
export type BoardChange = z.infer<typeof boardChangeSchema>;

export const ACCESS_TOPIC = 'access';
export const BOARD_TOPIC = 'board';

/** An announcement as the bus carries it. */
export function encodeAnnouncement(change: AccessChange | BoardChange): Uint8Array {
	return new TextEncoder().encode(JSON.stringify(change));
}

/** The announcement in these bytes, or null where a newer node says what this one does not know. */
export function readAnnouncement<S extends typeof accessChangeSchema | typeof boardChangeSchema>(
	schema: S,
	bytes: Uint8Array
): z.output<S> | null {
	try {
		const read = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
		return read.success ? (read.data as z.output<S>) : null;
	} catch {
		return null;
	}
}
