import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';
import { KIND } from './kinds.ts';

/** Someone at a document, as the server knows them: awareness itself carries no name and no user id. */
export const personSchema = z.object({
	id: z.string(),
	name: z.string(),
	/** Index into the twelve person colours (src/domain/team/colours.ts). */
	colour: z.number().int().min(0).max(11),
	guest: z.boolean(),
	role: z.enum(['facilitator', 'editor', 'commenter', 'viewer'])
});
export type Person = z.infer<typeof personSchema>;

/** What the server tells a socket beside the document, as JSON. Unknown types are skipped: a newer server may say more. */
export const controlSchema = z.discriminatedUnion('type', [
	/** First message on every socket. `epoch` belongs to the key of the copy in the browser; `now` is server time in ms. */
	z.object({
		type: z.literal('hello'),
		me: personSchema,
		epoch: z.number().int(),
		schema: z.number().int(),
		now: z.number()
	}),
	/** Who came (by Yjs clientID) and which clientIDs left. */
	z.object({
		type: z.literal('people'),
		here: z.record(z.string(), personSchema),
		gone: z.array(z.number().int())
	}),
	/** The n-th sync message of this socket (counted from 1) was refused before it was stored. */
	z.object({ type: z.literal('refused'), n: z.number().int(), code: z.string() }),
	/** The board's record changed. */
	z.object({ type: z.literal('title'), title: z.string() }),
	/** Writes cannot be made durable right now (`disk`), or can again (`ok`): keep the work, nothing is lost. */
	z.object({ type: z.literal('storage'), state: z.enum(['ok', 'disk']) })
]);
export type Control = z.infer<typeof controlSchema>;

/** Writes a control message as the server sends it. */
export function encodeControl(control: Control): Uint8Array {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, KIND.control);
	encoding.writeVarString(encoder, JSON.stringify(control));
	return encoding.toUint8Array(encoder);
}

/** Reads the body of a control message (after the kind); null for a type that this version does not know. */
export function readControl(decoder: decoding.Decoder): Control | null {
	const parsed = controlSchema.safeParse(JSON.parse(decoding.readVarString(decoder)));
	return parsed.success ? parsed.data : null;
}
