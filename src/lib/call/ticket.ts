import { z } from 'zod';
import type { OutReason, WaitReason } from '#domain/call/state';

/** The server's answer to who wants to join a board's call. */
export type Ticket =
	| Readonly<{ is: 'ticket'; url: string; token: string; identity: string }>
	| Readonly<{ is: 'later'; why: WaitReason }>
	| Readonly<{ is: 'no'; why: OutReason }>;

const ticketSchema = z.object({ url: z.string(), token: z.string(), identity: z.string() });
const refusalSchema = z.object({ code: z.string() });

const FINAL: ReadonlyMap<number, OutReason> = new Map([
	[401, 'signed-out'],
	[403, 'not-yours'],
	[404, 'unknown-board']
]);

/** Asks for a fresh ticket to the board's call. Never rejects: a server out of reach is `later`. */
export async function askForTicket(board: string, signal: AbortSignal): Promise<Ticket> {
	try {
		const answer = await fetch(`/api/v1/boards/${encodeURIComponent(board)}/call`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{}',
			signal
		});
		if (answer.ok) return { is: 'ticket', ...ticketSchema.parse(await answer.json()) };
		const final = FINAL.get(answer.status);
		if (final) return { is: 'no', why: final };
		const refusal = refusalSchema.safeParse(await answer.json().catch(() => null));
		return { is: 'later', why: refusal.data?.code === 'call.off' ? 'call.off' : 'call.down' };
	} catch {
		return { is: 'later', why: 'offline' };
	}
}
