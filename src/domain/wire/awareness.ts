import { z } from 'zod';

/**
 * What a browser says of itself while it is at a board. No name and no user id: the server adds those (control `people`),
 * so nobody can speak for somebody else. Coordinates are whole board units.
 */
export const presenceSchema = z.object({
	/** Cursor, or null while the pointer is off the board. */
	p: z.tuple([z.number(), z.number()]).nullable(),
	/** Looking here: x, y, width, height of the view. */
	v: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
	/** Ids of selected elements. */
	sel: z.array(z.string()).max(200).optional(),
	/** The element whose text is open. */
	edit: z.string().nullable().optional(),
	/** In the call: the LiveKit identity `user:tab`, so that a face finds its cursor. */
	call: z.string().nullable().optional()
});
export type Presence = z.infer<typeof presenceSchema>;
